//! The document's order: the result first, what it rests on after, where it comes from last.

use crate::chapter_answers::{answers_at_k, groups, tests};
use crate::chapter_comparison::comparison;
use crate::chapter_coverage::{coverage, method, provenance};
use crate::chapter_result::{lead, result};
use crate::chapter_rewards::{demonstration, rewards};
use crate::chapter_security::security;
use crate::chapter_seed::seed;
use crate::chapter_training::training;
use crate::document::{Cell, Document, Table};
use crate::metrics::{Metrics, System};
use crate::numbers::name;
use crate::wording::title;

/// Longest name from a record, in characters.
pub(crate) const LONGEST_NAME: usize = 80;

pub(crate) fn document(metrics: &Metrics) -> Document {
    let mut sections = Vec::new();
    if !metrics.systems.is_empty() {
        sections.extend([result(metrics)]);
        sections.extend(metrics.training.as_ref().map(training));
        sections.extend([
            groups(metrics),
            tests(metrics),
            answers_at_k(metrics),
            security(metrics),
            rewards(metrics),
        ]);
        sections.extend(demonstration(metrics));
        sections.extend([seed(metrics), comparison(metrics), coverage(metrics)]);
    }
    sections.extend([provenance(metrics), method(metrics)]);
    Document {
        title: "Does the code work, and is it safe?".to_owned(),
        lead: lead(metrics),
        sections,
    }
}

/// A model's label, safe to show.
pub(crate) fn label(system: &System) -> String {
    name(&system.label, LONGEST_NAME)
}

/// One row per model, one column per measure.
pub(crate) fn by_model<S: AsRef<str>>(metrics: &Metrics, caption: &str, measures: &[S]) -> Table {
    let titles = measures.iter().map(|measure| title(measure.as_ref()));
    let mut table = Table::new(caption, std::iter::once("model".to_owned()).chain(titles));
    for system in &metrics.systems {
        let cell = |measure: &S| Cell::optional(system.all().get(measure.as_ref()));
        let mut row = vec![Cell::from(label(system))];
        row.extend(measures.iter().map(cell));
        table.rows.push(row);
    }
    table
}

/// The names of all measures that start so, in their order, and for which `any` model has a numerator above 0.
pub(crate) fn seen_measures(metrics: &Metrics, prefix: &str) -> Vec<String> {
    let Some(first) = metrics.systems.first() else {
        return Vec::new();
    };
    let seen = |measure: &str| {
        let of_system = |system: &System| {
            system
                .all()
                .get(measure)
                .is_some_and(|one| one.numerator > 0.0)
        };
        metrics.systems.iter().any(of_system)
    };
    let names = first
        .all()
        .measures
        .iter()
        .map(|measure| measure.name.clone());
    names
        .filter(|measure| measure.starts_with(prefix) && seen(measure))
        .collect()
}
