//! A document before it is written: sections of text, tables and plots, the same for Markdown and HTML.

use crate::measure::Measure;
use crate::numbers::{ABSENT, count, fraction, interval, value};

/// The whole document.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) title: String,
    /// The result in one sentence.
    pub(crate) lead: String,
    pub(crate) sections: Vec<Section>,
}

#[derive(Clone, Debug)]
pub(crate) struct Section {
    /// Names the section in links; lower case and hyphens only.
    pub(crate) id: &'static str,
    pub(crate) heading: &'static str,
    pub(crate) blocks: Vec<Block>,
}

#[derive(Clone, Debug)]
pub(crate) enum Block {
    Text(String),
    Heading(String),
    List(Vec<String>),
    /// Terms and what they mean.
    Terms(Vec<(&'static str, String)>),
    Table(Table),
    Plot(Plot),
    /// A program, or another text whose lines stand as they are.
    Code(String),
}

#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) caption: String,
    /// The first column names the row and stands left, the others right.
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new<S: Into<String>>(
        caption: impl Into<String>,
        columns: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            caption: caption.into(),
            columns: columns.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
    }
}

/// What stands in a cell, and in smaller type what it rests on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) details: Vec<String>,
}

impl Cell {
    /// A measure: value, interval, numerator and denominator; or `-` and for how many it is absent.
    pub(crate) fn measure(measure: &Measure) -> Self {
        if measure.value.is_none() {
            let details = match measure.absent {
                0 => Vec::new(),
                absent => vec![format!("absent for {}", count(absent as f64))],
            };
            return Self {
                text: ABSENT.to_owned(),
                details,
            };
        }
        let details = [interval(measure), fraction(measure)];
        Self {
            text: value(measure),
            details: details
                .into_iter()
                .filter(|detail| !detail.is_empty())
                .collect(),
        }
    }

    pub(crate) fn optional(measure: Option<&Measure>) -> Self {
        measure.map_or_else(|| ABSENT.into(), Self::measure)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self {
            text,
            details: Vec::new(),
        }
    }
}

/// A picture of numbers that also stand in a table.
#[derive(Clone, Debug)]
pub(crate) enum Plot {
    /// Horizontal bars with intervals, in groups.
    Bars {
        title: String,
        groups: Vec<BarGroup>,
    },
    /// One bar per row, cut into shares.
    Stack {
        title: String,
        parts: Vec<String>,
        rows: Vec<(String, Vec<f64>)>,
    },
    /// Numbers over steps.
    Lines { title: String, lines: Vec<Line> },
    /// Ten bins over `[0, 1]`.
    Histogram {
        title: String,
        label: String,
        bins: [u64; 10],
        absent: u64,
    },
}

/// Points from left to right.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

#[derive(Clone, Debug)]
pub(crate) struct BarGroup {
    pub(crate) label: String,
    pub(crate) bars: Vec<Bar>,
}

#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub(crate) name: String,
    /// `None` draws no bar and writes `-`.
    pub(crate) value: Option<f64>,
    pub(crate) bounds: Option<(f64, f64)>,
    /// The value as text.
    pub(crate) text: String,
}

impl Bar {
    pub(crate) fn of(name: impl Into<String>, measure: &Measure) -> Self {
        Self {
            name: name.into(),
            value: measure.value,
            bounds: measure.bounds(),
            text: value(measure),
        }
    }
}
