//! Which samples belong together: one model in one run, its problems in a fixed order.

use std::collections::{BTreeMap, BTreeSet};

use scrl_record::Graded;

use crate::estimate::Answers;

/// The graded samples of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// What the user calls it, usually its folder's name. Runs of one name count as one run.
    pub name: String,
    /// The samples, in any order.
    pub graded: Vec<Graded>,
}

/// Identifies a problem: ids are unique within a dataset only.
pub(crate) type ProblemKey<'a> = (Option<&'a str>, &'a str);

pub(crate) fn problem_key(sample: &Graded) -> ProblemKey<'_> {
    (sample.dataset.as_deref(), sample.problem_id.as_str())
}

/// The samples of one model in one run.
pub(crate) struct Group<'a> {
    pub(crate) model: &'a str,
    pub(crate) run: &'a str,
    /// The model, with the run where the model occurs in several.
    pub(crate) label: String,
    pub(crate) problems: Vec<Answers<'a>>,
}

impl<'a> Group<'a> {
    pub(crate) fn samples(&self) -> impl Iterator<Item = &'a Graded> {
        self.problems.iter().flatten().copied()
    }

    /// Only the samples that `keep` accepts, problems left empty dropped.
    pub(crate) fn narrowed(&self, keep: impl Fn(&Graded) -> bool) -> Vec<Answers<'a>> {
        let narrow = |answers: &Answers<'a>| -> Answers<'a> {
            answers
                .iter()
                .copied()
                .filter(|sample| keep(sample))
                .collect()
        };
        let kept = self.problems.iter().map(narrow);
        kept.filter(|answers| !answers.is_empty()).collect()
    }
}

/// All groups, ordered by model and run name, so that the order of files and lines does not matter.
pub(crate) fn groups(runs: &[Run]) -> Vec<Group<'_>> {
    let mut by_system: BTreeMap<(&str, &str), Vec<&Graded>> = BTreeMap::new();
    for run in runs {
        for sample in &run.graded {
            by_system
                .entry((&sample.model, &run.name))
                .or_default()
                .push(sample);
        }
    }
    let mut runs_of: BTreeMap<&str, usize> = BTreeMap::new();
    for (model, _) in by_system.keys() {
        *runs_of.entry(model).or_default() += 1;
    }
    by_system
        .into_iter()
        .map(|((model, run), samples)| Group {
            model,
            run,
            label: label(model, run, runs_of[model] > 1),
            problems: by_problem(samples),
        })
        .collect()
}

fn label(model: &str, run: &str, several_runs: bool) -> String {
    let model = if model.is_empty() {
        "(no model named)"
    } else {
        model
    };
    if several_runs {
        format!("{model} / {run}")
    } else {
        model.to_owned()
    }
}

fn by_problem(samples: Vec<&Graded>) -> Vec<Answers<'_>> {
    let mut problems: BTreeMap<ProblemKey<'_>, Answers<'_>> = BTreeMap::new();
    for sample in samples {
        problems
            .entry(problem_key(sample))
            .or_default()
            .push(sample);
    }
    let mut problems: Vec<Answers<'_>> = problems.into_values().collect();
    for answers in &mut problems {
        // Sums of floats depend on their order: two samples of one id are put in the order of their content.
        answers.sort_by(|a, b| {
            let by_id = a.sample_id.cmp(&b.sample_id);
            by_id.then_with(|| content(a).cmp(&content(b)))
        });
    }
    problems
}

fn content(sample: &Graded) -> String {
    serde_json::to_string(sample).expect("a record of strings and numbers serializes")
}

/// Samples whose id has been seen before in the group: graded twice, or two files that use the same ids.
pub(crate) fn repeated_ids(group: &Group<'_>) -> u64 {
    let mut seen = BTreeSet::new();
    group
        .samples()
        .filter(|sample| !seen.insert(&sample.sample_id))
        .count() as u64
}
