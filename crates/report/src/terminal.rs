//! The table that a run opens with on a terminal.

use crate::metrics::{Metrics, System};
use crate::numbers::{ABSENT, count, name, value};
use crate::push::push;

/// Longest model name shown, in characters.
const LONGEST_NAME: usize = 40;

/// What is compared.
const PRIMARY: &str = "secure_pass_rate";

/// What a newcomer reads first, with the measure behind each column.
pub(crate) const COLUMNS: [(&str, &str); 5] = [
    ("compile", "compile_rate"),
    ("pass all tests", "all_tests_rate"),
    ("secure", "secure_rate"),
    ("work and safe", "secure_pass_rate"),
    ("mean reward", "mean_reward.gated"),
];

/// One row per model and two lines on how to read it; ends with a line end.
pub fn summary_table(metrics: &Metrics) -> String {
    if metrics.systems.is_empty() {
        return "No samples were graded, so there is nothing to measure.\n".to_owned();
    }
    let mut rows = vec![header()];
    rows.extend(metrics.systems.iter().map(row));
    let mut text = aligned(&rows);
    text.push_str(
        "Of all samples of a model: how many compile, pass every test, have no security finding, and do both.\n\
         Mean reward runs from 0 to 1 and counts security only where tests pass; \"-\" was not measured. \
         The report has the 95 % intervals.\n",
    );
    text
}

/// How much more often each model's code works and is safe than that of the one before it, a line for each; empty for one model.
pub fn differences(metrics: &Metrics) -> String {
    let mut text = String::new();
    for pair in metrics.systems.windows(2) {
        let [first, second] = [&pair[0].label, &pair[1].label];
        let compared = metrics
            .comparisons
            .iter()
            .find(|one| one.measure == PRIMARY && (&one.first, &one.second) == (first, second));
        let Some(one) = compared else { continue };
        // Adding 0 takes the sign from a zero.
        let points = |share: f64| format!("{:+.1}", (-1000.0 * share).round() / 10.0 + 0.0);
        let [low, high] = one.interval;
        push!(
            text,
            "{} over {}: work and safe {} points, 95 % interval {} to {}{}\n",
            name(second, LONGEST_NAME),
            name(first, LONGEST_NAME),
            points(one.difference),
            points(high),
            points(low),
            if one.differ { "" } else { "; not told apart" },
        );
    }
    text
}

fn header() -> Vec<String> {
    let mut row = vec!["model".to_owned(), "samples".to_owned()];
    row.extend(COLUMNS.map(|(title, _)| title.to_owned()));
    row
}

fn row(system: &System) -> Vec<String> {
    let all = system.all();
    let mut row = vec![name(&system.label, LONGEST_NAME), count(all.samples as f64)];
    row.extend(
        COLUMNS.map(|(_, measure)| all.get(measure).map_or_else(|| ABSENT.to_owned(), value)),
    );
    row
}

/// The first column to the left, the others to the right, a rule under the first row.
fn aligned(rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
    let mut text = String::new();
    for (at, row) in rows.iter().enumerate() {
        let cells = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, width))| {
                if column == 0 {
                    format!("{cell:<width$}")
                } else {
                    format!("{cell:>width$}")
                }
            });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
        if at == 0 {
            let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
            text.push_str(&rules.join("  "));
            text.push('\n');
        }
    }
    text
}
