//! Drawings: bars with intervals, stacked shares, histograms. Colours come from the page's style.
//!
//! Every drawing is 360 units wide, a phone's width, so that its letters are read at their size there.

use crate::document::{Bar, BarGroup, Line, Plot};
use crate::html::escaped;
use crate::numbers::{count, name, percent};
use crate::push::push;

const WIDTH: f64 = 360.0;
/// Where bars start, and how long the longest is; names stand before them and values after.
const BAR_LEFT: f64 = 104.0;
const BAR_LONGEST: f64 = 196.0;
const ROW: f64 = 20.0;

/// The drawing; `number` makes the ids unique within a page.
pub(crate) fn svg(plot: &Plot, number: usize) -> String {
    let (title, canvas) = match plot {
        Plot::Bars { title, groups } => (title, bars(groups)),
        Plot::Stack { title, parts, rows } => (title, stack(parts, rows)),
        Plot::Lines { title, lines: all } => (title, lines(all)),
        Plot::Histogram {
            title,
            label,
            bins,
            absent,
        } => (title, histogram(label, bins, *absent)),
    };
    let description = escaped(&canvas.description.join("; "));
    let shown = escaped(&name(title, 52));
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {:.0}\" role=\"img\" aria-labelledby=\"plot{number}-title plot{number}-text\">\
         <title id=\"plot{number}-title\">{}</title><desc id=\"plot{number}-text\">{description}</desc>\
         <text class=\"title\" x=\"0\" y=\"14\">{shown}</text>{}</svg>",
        canvas.bottom,
        escaped(title),
        canvas.shapes
    )
}

/// What has been drawn so far, from the top down.
struct Canvas {
    shapes: String,
    bottom: f64,
    /// The numbers in words, for those who cannot see the drawing.
    description: Vec<String>,
}

impl Canvas {
    fn new() -> Self {
        Self {
            shapes: String::new(),
            bottom: 24.0,
            description: Vec::new(),
        }
    }

    fn text(&mut self, class: &str, x: f64, y: f64, anchor: &str, text: &str) {
        push!(
            self.shapes,
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>",
            escaped(text)
        );
    }

    fn rect(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64) {
        push!(
            self.shapes,
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
        );
    }

    fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        push!(
            self.shapes,
            "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
            from.0,
            from.1,
            to.0,
            to.1
        );
    }
}

fn bars(groups: &[BarGroup]) -> Canvas {
    let ends = groups.iter().flat_map(|group| &group.bars);
    let ends = ends.map(|bar| {
        bar.bounds
            .map_or(bar.value.unwrap_or(0.0), |(_, high)| high)
    });
    let largest = ends.fold(0.0, f64::max);
    // Shares near 1 are drawn on the whole scale; small densities on their own.
    let full = if largest > 0.5 {
        largest.max(1.0)
    } else {
        largest.max(f64::MIN_POSITIVE)
    };
    let mut canvas = Canvas::new();
    for group in groups {
        if groups.len() > 1 {
            canvas.bottom += 16.0;
            canvas.text(
                "group",
                0.0,
                canvas.bottom - 4.0,
                "start",
                &name(&group.label, 48),
            );
        }
        for bar in &group.bars {
            push_bar(&mut canvas, bar, full);
            canvas
                .description
                .push(format!("{}, {}: {}", group.label, bar.name, bar.text));
        }
        canvas.bottom += 6.0;
    }
    canvas
}

fn push_bar(canvas: &mut Canvas, bar: &Bar, full: f64) {
    let top = canvas.bottom;
    let middle = top + ROW / 2.0;
    let place = |value: f64| BAR_LEFT + BAR_LONGEST * (value / full).clamp(0.0, 1.0);
    canvas.text("soft", 0.0, middle + 4.0, "start", &name(&bar.name, 17));
    canvas.line("axis", (BAR_LEFT, top), (BAR_LEFT, top + ROW));
    if let Some(value) = bar.value {
        canvas.rect(
            "bar",
            BAR_LEFT,
            top + 4.0,
            place(value) - BAR_LEFT,
            ROW - 8.0,
        );
    }
    if let Some((low, high)) = bar.bounds {
        canvas.line("whisker", (place(low), middle), (place(high), middle));
        for end in [low, high] {
            canvas.line(
                "whisker",
                (place(end), middle - 3.5),
                (place(end), middle + 3.5),
            );
        }
    }
    canvas.text("", WIDTH, middle + 4.0, "end", &bar.text);
    canvas.bottom += ROW;
}

fn stack(parts: &[String], rows: &[(String, Vec<f64>)]) -> Canvas {
    let mut canvas = Canvas::new();
    for (label, shares) in rows {
        canvas.bottom += 16.0;
        canvas.text("group", 0.0, canvas.bottom - 4.0, "start", &name(label, 48));
        let mut left = 0.0;
        for (at, share) in shares.iter().enumerate() {
            canvas.rect(
                &format!("part{}", at % 9),
                left,
                canvas.bottom,
                WIDTH * share,
                16.0,
            );
            left += WIDTH * share;
            if *share > 0.0 {
                canvas
                    .description
                    .push(format!("{label}, {}: {}", parts[at], percent(*share)));
            }
        }
        canvas.bottom += 22.0;
    }
    push_legend(&mut canvas, parts, rows);
    canvas
}

/// The parts that occur, in three columns.
fn push_legend(canvas: &mut Canvas, parts: &[String], rows: &[(String, Vec<f64>)]) {
    let occurs = |at: usize| rows.iter().any(|(_, shares)| shares[at] > 0.0);
    let shown: Vec<usize> = (0..parts.len()).filter(|at| occurs(*at)).collect();
    canvas.bottom += 4.0;
    let entries: Vec<(usize, String)> = shown.iter().map(|at| (*at, parts[*at].clone())).collect();
    push_entries(canvas, 3, &entries);
}

/// Colours by their numbers, each with what it stands for, in so many columns.
fn push_entries(canvas: &mut Canvas, columns: usize, entries: &[(usize, String)]) {
    for (place, (colour, words)) in entries.iter().enumerate() {
        let left = WIDTH / columns as f64 * (place % columns) as f64;
        let top = canvas.bottom + 18.0 * (place / columns) as f64;
        canvas.rect(&format!("part{}", colour % 9), left, top, 11.0, 11.0);
        canvas.text("", left + 16.0, top + 10.0, "start", words);
    }
    canvas.bottom += 18.0 * entries.len().div_ceil(columns) as f64;
}

/// Each line in a colour of its own, over the whole width; the axis names the lowest and the highest number.
fn lines(lines: &[Line]) -> Canvas {
    const HEIGHT: f64 = 110.0;
    let points = || lines.iter().flat_map(|line| &line.points);
    let range = |of: fn(&(f64, f64)) -> f64| {
        let all = points().map(of);
        let (low, high) = all.fold((f64::MAX, f64::MIN), |(low, high), one| {
            (low.min(one), high.max(one))
        });
        (low, if high > low { high } else { low + 1.0 })
    };
    let ((left, right), (low, high)) = (range(|point| point.0), range(|point| point.1));
    let mut canvas = Canvas::new();
    let floor = canvas.bottom + 12.0 + HEIGHT;
    let place = |(x, y): (f64, f64)| {
        let along = (x - left) / (right - left);
        (WIDTH * along, floor - HEIGHT * (y - low) / (high - low))
    };
    canvas.text(
        "soft",
        0.0,
        canvas.bottom + 6.0,
        "start",
        &format!("{high:.3}"),
    );
    canvas.line("axis", (0.0, floor), (WIDTH, floor));
    for (at, line) in lines.iter().enumerate() {
        for ends in line.points.windows(2) {
            canvas.line(&format!("line{}", at % 9), place(ends[0]), place(ends[1]));
        }
        let ends = line.points.first().zip(line.points.last());
        if let Some((first, last)) = ends {
            canvas.description.push(format!(
                "{}: from {:.3} at {} to {:.3} at {}",
                line.name, first.1, first.0, last.1, last.0
            ));
        }
    }
    canvas.text(
        "soft",
        0.0,
        floor + 14.0,
        "start",
        &format!("{low:.3} at the line; steps {left} to {right}"),
    );
    canvas.bottom = floor + 22.0;
    let names = lines.iter().map(|line| name(&line.name, 24));
    push_entries(&mut canvas, 2, &names.enumerate().collect::<Vec<_>>());
    canvas
}

fn histogram(label: &str, bins: &[u64; 10], absent: u64) -> Canvas {
    const HEIGHT: f64 = 96.0;
    let most = bins.iter().copied().max().unwrap_or(0).max(1) as f64;
    let step = WIDTH / bins.len() as f64;
    let mut canvas = Canvas::new();
    canvas.text("soft", 0.0, canvas.bottom + 6.0, "start", &name(label, 52));
    canvas.description.push(label.to_owned());
    canvas.bottom += 8.0;
    let floor = canvas.bottom + 14.0 + HEIGHT;
    for (at, samples) in bins.iter().enumerate() {
        let (left, height) = (step * at as f64, HEIGHT * *samples as f64 / most);
        canvas.rect("bar", left + 2.0, floor - height, step - 4.0, height);
        if *samples > 0 {
            canvas.text(
                "soft",
                left + step / 2.0,
                floor - height - 4.0,
                "middle",
                &count(*samples as f64),
            );
            canvas.description.push(format!("from 0.{at}: {samples}"));
        }
        let edge = if at == 0 { "start" } else { "middle" };
        canvas.text("soft", left, floor + 14.0, edge, &format!("0.{at}"));
    }
    canvas.line("axis", (0.0, floor), (WIDTH, floor));
    canvas.text("soft", WIDTH, floor + 14.0, "end", "1");
    canvas.bottom = floor + 20.0;
    if absent > 0 {
        let words = format!("absent for {} samples", count(absent as f64));
        canvas.text("soft", 0.0, canvas.bottom + 10.0, "start", &words);
        canvas.description.push(words);
        canvas.bottom += 16.0;
    }
    canvas
}
