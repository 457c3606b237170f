//! What was not measured and why, where the records come from, and how the numbers are computed.

use crate::catalogue::word;
use crate::chapters::{LONGEST_NAME, by_model, label};
use crate::document::{Block, Section, Table};
use crate::metrics::{Metrics, System};
use crate::numbers::{count, name};
use crate::provenance::Tally;

pub(crate) fn coverage(metrics: &Metrics) -> Section {
    let shares = [
        "parsed",
        "analysed",
        "executed",
        "lost_to_problem",
        "lost_to_sample",
        "lost_to_infrastructure",
        "unknown_problem",
        "without_tests",
    ]
    .map(|what| format!("coverage.{what}"));
    let mut blocks = vec![
        Block::Table(by_model(metrics, "Share of all samples.", &shares)),
        Block::Table(counts(metrics)),
    ];
    let faults = faults(metrics);
    if faults.rows.is_empty() {
        blocks.push(Block::Text("No sample was lost to a fault.".to_owned()));
    } else {
        blocks.push(Block::Table(faults));
    }
    Section {
        id: "coverage",
        heading: "Coverage",
        blocks,
    }
}

fn counts(metrics: &Metrics) -> Table {
    let columns = [
        "model",
        "compile asked of the interpreter",
        "compiling, not executed",
        "executed, verdicts not recorded",
        "in another language",
        "repeated sample ids",
    ];
    let mut table = Table::new("Samples, counted.", columns);
    for system in &metrics.systems {
        let one = &system.coverage;
        let numbers = [
            one.compile_asked,
            one.compiling_not_executed,
            one.without_verdicts,
            one.not_python,
            one.repeated_ids,
        ];
        let mut row = vec![label(system).into()];
        row.extend(numbers.map(|samples| count(samples as f64).into()));
        table.rows.push(row);
    }
    table
}

fn faults(metrics: &Metrics) -> Table {
    let mut table = Table::new(
        "Why samples have no test results.",
        ["reason", "whose", "model", "samples"],
    );
    let rows = |system: &System| {
        let label = label(system);
        let row = move |fault: &crate::coverage::FaultCount| {
            let owner = word(&fault.owner);
            let reason = name(&fault.reason, 3 * LONGEST_NAME);
            vec![
                reason.into(),
                owner.into(),
                label.clone().into(),
                count(fault.samples as f64).into(),
            ]
        };
        system.coverage.faults.iter().map(row).collect::<Vec<_>>()
    };
    table.rows = metrics.systems.iter().flat_map(rows).collect();
    table
}

pub(crate) fn provenance(metrics: &Metrics) -> Section {
    let columns = [
        "run",
        "samples",
        "isolation level",
        "walls that stood",
        "scrl",
        "interpreter",
        "compared by",
    ];
    let mut table = Table::new(
        "Per run; in brackets the samples, where there is more than one value.",
        columns,
    );
    for run in &metrics.runs {
        table.rows.push(vec![
            name(&run.run, LONGEST_NAME).into(),
            count(run.samples as f64).into(),
            tallies(&run.levels).into(),
            tallies(&run.walls).into(),
            tallies(&run.scrl).into(),
            tallies(&run.python).into(),
            tallies(&run.compare).into(),
        ]);
    }
    let blocks = match table.rows.len() {
        0 => vec![Block::Text("No run was given.".to_owned())],
        _ => vec![Block::Table(table)],
    };
    Section {
        id: "provenance",
        heading: "Where the records come from",
        blocks,
    }
}

/// At most eight values; the rest is counted.
fn tallies(list: &[Tally]) -> String {
    const LISTED: usize = 8;
    let shown = list.iter().take(LISTED).map(|one| match list.len() {
        1 => name(&one.name, LONGEST_NAME),
        _ => format!(
            "{} ({})",
            name(&one.name, LONGEST_NAME),
            count(one.samples as f64)
        ),
    });
    let mut shown: Vec<String> = shown.collect();
    if list.len() > LISTED {
        shown.push(format!("{} more", list.len() - LISTED));
    }
    shown.join(", ")
}

pub(crate) fn method(metrics: &Metrics) -> Section {
    let draws = metrics.bootstrap;
    let items = vec![
        "Every measure is a numerator over a denominator with a 95 % interval. What was not measured is in no denominator; \
         it is counted as absent."
            .to_owned(),
        "Rates with one answer per problem: Wilson's interval (1927).".to_owned(),
        format!(
            "Everything else: percentile bootstrap that draws whole problems, {} resamples, SplitMix64 from seed {}. Where \
             that would pretend certainty (0 %, 100 %, one problem): Wilson with the number of problems as sample size; for \
             no finding at all: the exact Poisson bound.",
            count(draws.resamples as f64),
            draws.seed
        ),
        "Measures at k: the unbiased estimator 1 - C(n-c, k) / C(n, k) (Chen et al. 2021), averaged over problems.".to_owned(),
        "Differences: McNemar's exact test (1947) with one answer per problem, else a paired bootstrap; Holm's correction \
         (1979)."
            .to_owned(),
        "docs/measures.md of the project defines every name; metrics.json, measures.csv and samples.csv beside this file \
         have every number."
            .to_owned(),
    ];
    Section {
        id: "method",
        heading: "How the numbers are computed",
        blocks: vec![Block::List(items)],
    }
}
