//! The first page: the result in a sentence, the main table, how to read it, the main measures drawn.

use crate::chapters::{LONGEST_NAME, label};
use crate::document::{Bar, BarGroup, Block, Cell, Plot, Section, Table};
use crate::measure::Measure;
use crate::metrics::{Metrics, System};
use crate::numbers::{count, interval, name, percent, value};
use crate::terminal::COLUMNS;

const PRIMARY: &str = "secure_pass_rate";

/// The result in one to three sentences.
pub(crate) fn lead(metrics: &Metrics) -> String {
    let result = match metrics.systems.as_slice() {
        [] => return "No samples were graded, so there is nothing to measure.".to_owned(),
        [only] => of_one(only),
        several => of_several(metrics, several),
    };
    if demonstrated(metrics) == metrics.samples {
        format!("{result} All samples were written for demonstration.")
    } else {
        result
    }
}

fn primary(system: &System) -> Option<&Measure> {
    system
        .all()
        .get(PRIMARY)
        .filter(|measure| measure.value.is_some())
}

fn of_one(system: &System) -> String {
    let all = system.all();
    let samples = format!(
        "{} samples for {} problems",
        count(all.samples as f64),
        count(all.problems as f64)
    );
    let rate = |measure: &str| all.get(measure).map(value).unwrap_or_default();
    let Some(measure) = primary(system) else {
        return format!(
            "{}: no test ran. Of {samples}, {} compile and {} have no security finding.",
            label(system),
            rate("compile_rate"),
            rate("secure_rate"),
        );
    };
    let base = if measure.absent == 0 {
        format!(
            "of {samples}, {} both pass every test and have no security finding",
            value(measure)
        )
    } else {
        format!(
            "of the {} samples whose tests ran (of {samples}), {} both pass every test and have no security finding",
            count(measure.denominator),
            value(measure),
        )
    };
    format!(
        "{}: {base} (95 % interval {}).",
        label(system),
        interval(measure)
    )
}

fn of_several(metrics: &Metrics, systems: &[System]) -> String {
    let share = |system: &System| primary(system).and_then(|measure| measure.value);
    let mut ranked: Vec<&System> = systems
        .iter()
        .filter(|system| share(system).is_some())
        .collect();
    ranked.sort_by(|a, b| {
        share(b)
            .partial_cmp(&share(a))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let [best, rest @ ..] = ranked.as_slice() else {
        return format!(
            "{} models, {} samples: no test ran.",
            systems.len(),
            count(metrics.samples as f64)
        );
    };
    let measure = primary(best).expect("ranked systems have the measure");
    if measure.numerator <= 0.0 {
        return format!(
            "None of {} models has a sample that passes every test and has no security finding.",
            systems.len()
        );
    }
    let first = format!(
        "Of {} models, {} most often writes code that passes every test and has no security finding: {} of {} \
         samples (95 % interval {}).",
        systems.len(),
        label(best),
        value(measure),
        count(measure.denominator),
        interval(measure),
    );
    match rest.first() {
        Some(second) => format!("{first} {}", lead_over(metrics, best, second)),
        None => first,
    }
}

/// Whether the best model really leads over the second.
fn lead_over(metrics: &Metrics, best: &System, second: &System) -> String {
    let pair = [&best.label, &second.label];
    let compared = metrics.comparisons.iter().find(|one| {
        one.measure == PRIMARY && pair.contains(&&one.first) && pair.contains(&&one.second)
    });
    let next = format!(
        "The next, {}, has {}",
        label(second),
        primary(second).map(value).unwrap_or_default()
    );
    match compared {
        Some(one) if one.differ => {
            format!(
                "{next}; over the {} problems both answered they differ.",
                count(one.problems as f64)
            )
        }
        Some(one) => format!(
            "{next}; over the {} problems both answered the data do not tell them apart.",
            count(one.problems as f64)
        ),
        None => format!("{next}; they have too few problems in common for a test."),
    }
}

pub(crate) fn result(metrics: &Metrics) -> Section {
    let mut blocks = vec![
        Block::Table(main_table(metrics)),
        Block::Heading("How to read it".to_owned()),
        Block::Terms(how_to_read()),
    ];
    blocks.extend(remarks(metrics));
    blocks.push(Block::Plot(main_plot(metrics)));
    Section {
        id: "result",
        heading: "Result",
        blocks,
    }
}

fn main_table(metrics: &Metrics) -> Table {
    let mut columns = vec!["model".to_owned(), "samples".to_owned()];
    columns.extend(COLUMNS.map(|(title, _)| title.to_owned()));
    let mut table = Table::new(
        "Per model: value (95 % interval; numerator / denominator).",
        columns,
    );
    for system in &metrics.systems {
        let all = system.all();
        let mut row = vec![
            Cell::from(label(system)),
            Cell {
                text: count(all.samples as f64),
                details: vec![format!("{} problems", count(all.problems as f64))],
            },
        ];
        row.extend(COLUMNS.map(|(_, measure)| Cell::optional(all.get(measure))));
        table.rows.push(row);
    }
    table
}

fn how_to_read() -> Vec<(&'static str, String)> {
    [
        ("compile", "Python accepts the code."),
        ("pass all tests", "of the samples whose tests ran, those that pass every one."),
        ("secure", "the code parses, the strict analysis finds nothing, and the sandbox had nothing to deny."),
        ("work and safe", "both; the number to compare models by."),
        ("mean reward", "the gated reward, 0 to 1: security counts only where the code does more than a constant answer would."),
        ("95 % interval", "how far chance alone may move a number. Two models differ only where the section on differences says so."),
        ("-", "not measured, which is never counted as 0."),
    ]
    .map(|(term, meaning)| (term, meaning.to_owned()))
    .to_vec()
}

/// What a reader must know about these very samples.
fn remarks(metrics: &Metrics) -> Vec<Block> {
    let from_parser: u64 = metrics
        .systems
        .iter()
        .map(|system| {
            system.all().samples - system.coverage.compile_asked - system.coverage.not_python
        })
        .sum();
    let mut items = Vec::new();
    if from_parser > 0 {
        items.push(format!(
            "Samples for which the parser's word is taken, as the interpreter was not asked whether they compile: {}.",
            count(from_parser as f64)
        ));
    }
    let demonstrated = demonstrated(metrics);
    if demonstrated > 0 {
        items.push(format!(
            "Samples written for demonstration, to show typical qualities: {} ({}). They say nothing about any model.",
            count(demonstrated as f64),
            percent(demonstrated as f64 / metrics.samples as f64)
        ));
    }
    items.into_iter().map(Block::Text).collect()
}

fn demonstrated(metrics: &Metrics) -> u64 {
    metrics
        .demonstration
        .iter()
        .map(|quality| quality.samples)
        .sum()
}

fn main_plot(metrics: &Metrics) -> Plot {
    let group = |system: &System| BarGroup {
        label: name(&system.label, LONGEST_NAME),
        bars: COLUMNS
            .iter()
            .filter_map(|(title, measure)| Some(Bar::of(*title, system.all().get(measure)?)))
            .collect(),
    };
    Plot::Bars {
        title: "Main measures with 95 % intervals".to_owned(),
        groups: metrics.systems.iter().map(group).collect(),
    }
}
