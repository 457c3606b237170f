//! Do the models differ? Only where interval and corrected p-value say so.

use crate::chapters::LONGEST_NAME;
use crate::document::{Block, Cell, Section, Table};
use crate::measure::Unit;
use crate::metrics::Metrics;
use crate::numbers::{count, in_unit, name};
use crate::pairs::{Comparison, PairedTest};
use crate::wording::title;

/// Rows listed in a document; `metrics.json` has all.
const LISTED: usize = 120;

pub(crate) fn comparison(metrics: &Metrics) -> Section {
    let mut blocks = Vec::new();
    if metrics.comparisons.is_empty() {
        blocks.push(Block::Text(
            "Nothing to compare: there is one model, or no two models have two problems in common."
                .to_owned(),
        ));
    } else {
        blocks.push(Block::Text(
            "Paired over the problems both models answered. They differ only if the 95 % interval of the difference leaves \
             out 0 and the p-value, corrected after Holm for all pairs of that measure, is below 0.05."
                .to_owned(),
        ));
        blocks.push(Block::Table(table(metrics)));
    }
    Section {
        id: "differences",
        heading: "Do the models differ?",
        blocks,
    }
}

fn table(metrics: &Metrics) -> Table {
    let columns = [
        "measure",
        "first",
        "second",
        "problems",
        "first has",
        "second has",
        "difference",
        "p (corrected)",
        "verdict",
    ];
    let left_out = metrics.comparisons.len().saturating_sub(LISTED);
    let caption = match left_out {
        0 => "Difference: first minus second.".to_owned(),
        more => format!("Difference: first minus second. {more} more rows are in metrics.json."),
    };
    let mut table = Table::new(caption, columns);
    table
        .rows
        .extend(metrics.comparisons.iter().take(LISTED).map(row));
    table
}

fn row(one: &Comparison) -> Vec<Cell> {
    let is_reward = one.measure.starts_with("mean_reward.");
    let unit = if is_reward { Unit::Mean } else { Unit::Share };
    let words = if is_reward {
        format!("mean reward ({})", title(&one.measure))
    } else {
        title(&one.measure)
    };
    let [low, high] = one.interval.map(|end| in_unit(end, unit));
    let test = match (one.test, one.discordant) {
        (PairedTest::McNemar, Some([first, second])) => {
            format!("McNemar, {first} against {second}")
        }
        _ => "paired bootstrap".to_owned(),
    };
    vec![
        words.into(),
        name(&one.first, LONGEST_NAME).into(),
        name(&one.second, LONGEST_NAME).into(),
        count(one.problems as f64).into(),
        in_unit(one.first_value, unit).into(),
        in_unit(one.second_value, unit).into(),
        Cell {
            text: in_unit(one.difference, unit),
            details: vec![format!("{low} to {high}")],
        },
        Cell {
            text: p_value(one.p_adjusted),
            details: vec![format!("{test}, p {}", p_value(one.p_value))],
        },
        if one.differ {
            "differ"
        } else {
            "not told apart"
        }
        .into(),
    ]
}

fn p_value(p_value: f64) -> String {
    if p_value < 0.001 {
        "< 0.001".to_owned()
    } else {
        format!("{p_value:.3}")
    }
}
