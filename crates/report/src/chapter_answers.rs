//! What the tests say: by group of problems, by verdict, by habit of failing, and for k answers.

use crate::at_k::KS;
use crate::chapters::{LONGEST_NAME, by_model, label, seen_measures};
use crate::document::{Block, Cell, Plot, Section, Table};
use crate::metrics::{Dimension, Metrics, System};
use crate::numbers::{count, name};
use crate::wording::title;

/// Groups of one dimension listed in a document; `metrics.json` has all.
const GROUPS_LISTED: usize = 30;

pub(crate) fn groups(metrics: &Metrics) -> Section {
    let mut blocks = Vec::new();
    for dimension in [Dimension::Kind, Dimension::Difficulty, Dimension::Dataset] {
        let (table, left_out) = group_table(metrics, dimension);
        blocks.push(Block::Table(table));
        if left_out > 0 {
            blocks.push(Block::Text(format!(
                "{left_out} more rows are in metrics.json and measures.csv."
            )));
        }
    }
    Section {
        id: "groups",
        heading: "By kind, difficulty and dataset",
        blocks,
    }
}

fn group_table(metrics: &Metrics, dimension: Dimension) -> (Table, usize) {
    let measures = [
        "compile_rate",
        "test_pass_rate",
        "all_tests_rate",
        "secure_rate",
        "secure_pass_rate",
        "mean_reward.gated",
    ];
    let mut columns = vec![
        dimension.as_str().to_owned(),
        "model".to_owned(),
        "samples".to_owned(),
    ];
    columns.extend(measures.map(title));
    columns.pop();
    columns.push("mean reward (gated)".to_owned());
    let mut table = Table::new(format!("By {}.", dimension.as_str()), columns);
    for system in &metrics.systems {
        for slice in system
            .slices
            .iter()
            .filter(|slice| slice.dimension == dimension)
        {
            let value = slice.value.as_deref().unwrap_or("(not recorded)");
            let mut row = vec![
                Cell::from(name(value, LONGEST_NAME)),
                label(system).into(),
                count(slice.samples as f64).into(),
            ];
            row.extend(measures.map(|measure| Cell::optional(slice.get(measure))));
            table.rows.push(row);
        }
    }
    // Stable: models stay in their order within a group.
    table.rows.sort_by(|a, b| a[0].text.cmp(&b[0].text));
    let left_out = table.rows.len().saturating_sub(GROUPS_LISTED);
    table.rows.truncate(GROUPS_LISTED);
    (table, left_out)
}

pub(crate) fn tests(metrics: &Metrics) -> Section {
    let rates = [
        "runtime_error_rate",
        "output_rate",
        "test_pass_rate",
        "all_tests_rate",
        "secure_pass_rate",
    ];
    let mut blocks = vec![Block::Table(by_model(
        metrics,
        "What running the tests showed.",
        &rates,
    ))];
    blocks.extend(verdicts(metrics));
    let seen = seen_measures(metrics, "pattern.");
    if seen.is_empty() {
        blocks.push(Block::Text(
            "No sample shows one of the failure patterns looked for.".to_owned(),
        ));
    } else {
        let caption =
            "Failure patterns: share of samples that show each; a sample may show several.";
        blocks.push(Block::Table(by_model(metrics, caption, &seen)));
    }
    let caption = "How the code was found in the model's text: share of samples.";
    blocks.push(Block::Table(by_model(
        metrics,
        caption,
        &seen_measures(metrics, "extraction."),
    )));
    Section {
        id: "tests",
        heading: "Tests, verdicts and failure patterns",
        blocks,
    }
}

fn verdicts(metrics: &Metrics) -> Vec<Block> {
    let seen = seen_measures(metrics, "verdict.");
    let unrecorded: u64 = metrics
        .systems
        .iter()
        .map(|system| system.coverage.without_verdicts)
        .sum();
    let mut blocks = Vec::new();
    if !seen.is_empty() {
        blocks.push(Block::Table(by_model(
            metrics,
            "Verdicts: share of tests that ended so.",
            &seen,
        )));
        blocks.push(Block::Plot(verdict_plot(metrics)));
    }
    if unrecorded > 0 {
        blocks.push(Block::Text(format!(
            "For {} samples only the number of passed tests was recorded, so they have no verdict per test.",
            count(unrecorded as f64)
        )));
    }
    blocks
}

fn verdict_plot(metrics: &Metrics) -> Plot {
    let verdicts = scrl_record::Verdict::ALL;
    let share = |system: &System, verdict: scrl_record::Verdict| {
        let measure = system.all().get(&format!("verdict.{verdict}"));
        measure.and_then(|one| one.value).unwrap_or(0.0)
    };
    let rows = metrics.systems.iter().map(|system| {
        (
            label(system),
            verdicts
                .iter()
                .map(|verdict| share(system, *verdict))
                .collect(),
        )
    });
    Plot::Stack {
        title: "Verdicts, share of tests".to_owned(),
        parts: verdicts
            .iter()
            .map(|verdict| verdict.as_str().replace('_', " "))
            .collect(),
        rows: rows.collect(),
    }
}

pub(crate) fn answers_at_k(metrics: &Metrics) -> Section {
    let has_value = |measure: &String| {
        let of_system = |system: &System| {
            system
                .all()
                .get(measure)
                .is_some_and(|one| one.value.is_some())
        };
        metrics.systems.iter().any(of_system)
    };
    let at_k = |what: &str| -> Vec<String> {
        KS.iter()
            .map(|k| format!("{what}@{k}"))
            .filter(has_value)
            .collect()
    };
    let mut blocks = vec![Block::Text(format!(
        "The chance that at least one of k answers is good, estimated without bias from the n answers to each problem \
         and averaged over the problems with n of at least k. {} vulnerable@k is the chance that at least one of k \
         answers is caught as vulnerable: less is better.",
        answers(metrics)
    ))];
    for (caption, families) in [
        (
            "Works (pass), works and is safe (secure-pass).",
            ["pass", "secure_pass"].as_slice(),
        ),
        (
            "Safe: among all answers, and among the answers that pass all tests.",
            &["secure", "secure_given_pass"],
        ),
        ("Caught as vulnerable.", &["vulnerable"]),
    ] {
        let names: Vec<String> = families.iter().flat_map(|family| at_k(family)).collect();
        if !names.is_empty() {
            blocks.push(Block::Table(by_model(metrics, caption, &names)));
        }
    }
    Section {
        id: "at-k",
        heading: "Several answers to one problem",
        blocks,
    }
}

fn answers(metrics: &Metrics) -> String {
    let fewest = metrics
        .systems
        .iter()
        .map(|system| system.answers_per_problem[0])
        .min()
        .unwrap_or(0);
    let most = metrics
        .systems
        .iter()
        .map(|system| system.answers_per_problem[1])
        .max()
        .unwrap_or(0);
    match (fewest, most) {
        (1, 1) => "Here every problem has one answer, so only k = 1 can be measured.".to_owned(),
        (fewest, most) if fewest == most => format!("Here every problem has {most} answers."),
        (fewest, most) => format!("Here problems have {fewest} to {most} answers."),
    }
}
