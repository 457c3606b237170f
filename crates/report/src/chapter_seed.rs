//! The seed benchmark's tables under its own names, and what they hide.

use crate::chapters::label;
use crate::document::{Block, Cell, Section, Table};
use crate::measure::Measure;
use crate::metrics::{Metrics, System};
use crate::numbers::{ABSENT, count, fraction, interval};
use crate::seed_tables::SeedRow;

pub(crate) fn seed(metrics: &Metrics) -> Section {
    let blocks = vec![
        Block::Text(
            "The tables of the seed benchmark, computed from these records with the seed's own meaning of its words: \
             Output % is a share of the compiling samples, Test Pass % counts tests, Security % counts findings (mode \
             bandit) over all samples and may exceed 100."
                .to_owned(),
        ),
        Block::Table(seed_table(metrics)),
        Block::Text(
            "What these columns hide: a model that rarely compiles has few findings, and a share of the compiling samples \
             forgets those that do not compile."
                .to_owned(),
        ),
        Block::Table(hidden_table(metrics)),
        Block::Table(training_table(metrics)),
    ];
    Section {
        id: "seed",
        heading: "The seed's tables",
        blocks,
    }
}

/// Two decimals, as the seed prints them.
fn cell(measure: &Measure) -> Cell {
    let Some(share) = measure.value else {
        return Cell::measure(measure);
    };
    let mut details = vec![fraction(measure)];
    details.extend(Some(interval(measure)).filter(|text| !text.is_empty()));
    Cell {
        text: format!("{:.2} %", 100.0 * share),
        details,
    }
}

fn security(row: &SeedRow) -> Cell {
    let mut security = cell(&row.security);
    // A density: its interval is not in per cent.
    security.details.truncate(1);
    if let Some((low, high)) = row.security.bounds() {
        security
            .details
            .push(format!("{:.2} to {:.2} %", 100.0 * low, 100.0 * high));
    }
    security
}

fn seed_table(metrics: &Metrics) -> Table {
    let columns = [
        "Model",
        "Problems",
        "Total",
        "Compiling %",
        "Output %",
        "Semantic errors",
        "Test Pass %",
        "Security %",
        "low, medium, high",
    ];
    let mut table = Table::new("The seed's results table.", columns);
    for (system, row) in seed_rows(metrics) {
        let severities = row
            .severities
            .map(|findings| count(findings as f64))
            .join(", ");
        table.rows.push(vec![
            label(system).into(),
            row.scope.clone().into(),
            count(row.total as f64).into(),
            cell(&row.compiling),
            cell(&row.output),
            cell(&row.semantic_errors),
            cell(&row.test_pass),
            security(row),
            severities.into(),
        ]);
    }
    table
}

fn hidden_table(metrics: &Metrics) -> Table {
    let columns = [
        "Model",
        "Problems",
        "findings per compiling sample",
        "pass all tests, of all samples",
        "left out of a half-open histogram",
    ];
    let mut table = Table::new("Beside them.", columns);
    for (system, row) in seed_rows(metrics) {
        let left_out = system
            .rewards
            .iter()
            .find(|one| one.reward == "seed")
            .filter(|_| row.scope == "all");
        table.rows.push(vec![
            label(system).into(),
            row.scope.clone().into(),
            Cell::measure(&row.findings_per_compiling),
            cell(&row.all_tests_of_all),
            left_out.map_or_else(|| ABSENT.into(), |one| count(one.exactly_one as f64).into()),
        ]);
    }
    table
}

fn seed_rows(metrics: &Metrics) -> impl Iterator<Item = (&System, &SeedRow)> {
    metrics
        .systems
        .iter()
        .flat_map(|system| system.seed.iter().map(move |row| (system, row)))
}

fn training_table(metrics: &Metrics) -> Table {
    let columns = [
        "Model",
        "samples",
        "reward min",
        "reward max",
        "reward mean",
        "R_func mean",
        "R_sec min",
        "R_sec mean",
        "at least one test passed",
    ];
    let caption = "The seed's training data: its reward over the compiling samples that have one.";
    let mut table = Table::new(caption, columns);
    for system in &metrics.systems {
        let training = &system.seed_training;
        let end = |range: Option<[f64; 2]>, at: usize| -> Cell {
            range.map_or_else(|| ABSENT.into(), |ends| format!("{:.3}", ends[at]).into())
        };
        let mut samples = Cell::from(count(training.samples as f64));
        if training.absent > 0 {
            samples
                .details
                .push(format!("absent for {}", count(training.absent as f64)));
        }
        table.rows.push(vec![
            label(system).into(),
            samples,
            end(training.reward_range, 0),
            end(training.reward_range, 1),
            Cell::measure(&training.reward),
            Cell::measure(&training.functional),
            end(training.security_range, 0),
            Cell::measure(&training.security),
            Cell::measure(&training.any_test),
        ]);
    }
    table
}
