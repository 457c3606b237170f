//! Everything that is measured, as one serializable value: `metrics.json`, and the source of every document.

use std::collections::{BTreeMap, BTreeSet};

use scrl_record::Graded;
use serde::{Deserialize, Serialize};

use crate::bootstrap::{RESAMPLES, SEED};
use crate::catalogue;
use crate::coverage::{Coverage, EventCount, coverage, events};
use crate::demonstration::{Quality, qualities};
use crate::estimate::{Answers, estimate};
use crate::facts::{Mode, Reward};
use crate::findings::{FindingBreakdown, breakdown};
use crate::histogram::{RewardHistogram, histogram};
use crate::measure::Measure;
use crate::pairs::{Comparison, comparisons};
use crate::provenance::{Provenance, provenance};
use crate::seed_tables::{SeedRow, SeedTraining, rows, training};
use crate::systems::{Group, Run, groups};
use crate::training::Training;

/// The version of this layout, counted up when a field changes its meaning.
const LAYOUT: u32 = 1;

/// All measures of one or several runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// The version of this layout.
    pub layout: u32,
    /// Samples in all runs.
    pub samples: u64,
    /// How the bootstrap drew.
    pub bootstrap: Draws,
    /// One entry per model and run, by name.
    pub systems: Vec<System>,
    /// Pairs of models, measure by measure.
    pub comparisons: Vec<Comparison>,
    /// The samples made for demonstration, by quality, of all models together.
    pub demonstration: Vec<Quality>,
    /// One entry per run, by name.
    pub runs: Vec<Provenance>,
    /// What training did; absent where a report was not asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<Training>,
}

/// How the bootstrap drew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draws {
    /// Resamples per interval.
    pub resamples: u64,
    /// Where the generator (`SplitMix64`) starts, for every group of samples alike.
    pub seed: u64,
}

/// One model in one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct System {
    /// The model, with the run's name where it occurs in several runs.
    pub label: String,
    /// The model as recorded.
    pub model: String,
    /// The run's name.
    pub run: String,
    /// The fewest and the most answers to one problem.
    pub answers_per_problem: [u64; 2],
    /// All samples first, then by kind, difficulty, dataset and weakness.
    pub slices: Vec<Slice>,
    /// Findings by rule and weakness, in `bandit` and in `strict` mode.
    pub findings: Vec<FindingBreakdown>,
    /// What was lost, and why.
    pub coverage: Coverage,
    /// What the sandbox denied, by kind.
    pub events: Vec<EventCount>,
    /// The seed's tables.
    pub seed: Vec<SeedRow>,
    /// The seed's summary of its training data.
    pub seed_training: SeedTraining,
    /// How each reward is spread.
    pub rewards: Vec<RewardHistogram>,
}

impl System {
    /// The measures of all samples.
    pub fn all(&self) -> &Slice {
        self.slices
            .first()
            .expect("the slice of all samples is always there")
    }
}

/// What samples are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// Nothing: all samples.
    All,
    /// Standard input or call.
    Kind,
    /// The dataset's own word.
    Difficulty,
    /// Where the problem comes from.
    Dataset,
    /// What the problem invites; a sample counts for each, and for none where its problem names none.
    Weakness,
}

impl Dimension {
    /// The name used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Dimension::All => "all",
            Dimension::Kind => "kind",
            Dimension::Difficulty => "difficulty",
            Dimension::Dataset => "dataset",
            Dimension::Weakness => "weakness",
        }
    }

    fn values(self, sample: &Graded) -> Vec<Option<&str>> {
        match self {
            Dimension::All => vec![Some("all")],
            Dimension::Kind => vec![sample.kind.map(scrl_record::Kind::as_str)],
            Dimension::Difficulty => vec![sample.difficulty.as_deref()],
            Dimension::Dataset => vec![sample.dataset.as_deref()],
            Dimension::Weakness => {
                let named: BTreeSet<&str> = sample.cwes.iter().map(String::as_str).collect();
                named.into_iter().map(Some).collect()
            }
        }
    }
}

/// The measures of some of a model's samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    /// What the samples are told apart by.
    pub dimension: Dimension,
    /// Their value; absent for the samples whose records have none.
    pub value: Option<String>,
    /// Samples.
    pub samples: u64,
    /// Problems they answer.
    pub problems: u64,
    /// The measures, in the order of `docs/measures.md`.
    pub measures: Vec<Measure>,
}

impl Slice {
    /// The measure of that name.
    pub fn get(&self, name: &str) -> Option<&Measure> {
        self.measures.iter().find(|measure| measure.name == name)
    }
}

/// Measures everything. The order of runs and of records does not matter.
pub fn measure(runs: &[Run]) -> Metrics {
    let groups = groups(runs);
    Metrics {
        layout: LAYOUT,
        samples: runs.iter().map(|run| run.graded.len() as u64).sum(),
        bootstrap: Draws {
            resamples: RESAMPLES as u64,
            seed: SEED,
        },
        systems: groups.iter().map(system).collect(),
        comparisons: comparisons(&groups),
        demonstration: qualities(&groups),
        runs: provenance(runs),
        training: None,
    }
}

/// `metrics.json`: the measures as indented JSON, with a line end.
pub fn metrics_json(metrics: &Metrics) -> String {
    let mut text =
        serde_json::to_string_pretty(metrics).expect("strings and finite numbers serialize");
    text.push('\n');
    text
}

fn system(group: &Group<'_>) -> System {
    let answers = || group.problems.iter().map(|answers| answers.len() as u64);
    System {
        label: group.label.clone(),
        model: group.model.to_owned(),
        run: group.run.to_owned(),
        answers_per_problem: [answers().min().unwrap_or(0), answers().max().unwrap_or(0)],
        slices: slices(group),
        findings: Mode::ALL.map(|mode| breakdown(group, mode)).to_vec(),
        coverage: coverage(group),
        events: events(group),
        seed: rows(group),
        seed_training: training(group),
        rewards: Reward::ALL.map(|reward| histogram(group, reward)).to_vec(),
    }
}

fn slices(group: &Group<'_>) -> Vec<Slice> {
    let full = estimate(&group.problems, &catalogue::full());
    let core = catalogue::core();
    let mut list = Vec::new();
    for dimension in [
        Dimension::Kind,
        Dimension::Difficulty,
        Dimension::Dataset,
        Dimension::Weakness,
    ] {
        for (value, problems) in told_apart(group, dimension) {
            // One value for all samples: nothing new to draw.
            let whole = problems.iter().map(Vec::len).sum::<usize>() == group.samples().count();
            let measures = if whole {
                full[..core.len()].to_vec()
            } else {
                estimate(&problems, &core)
            };
            list.push(slice(dimension, value, &problems, measures));
        }
    }
    list.insert(0, slice(Dimension::All, Some("all"), &group.problems, full));
    list
}

fn told_apart<'a>(
    group: &Group<'a>,
    dimension: Dimension,
) -> BTreeMap<Option<&'a str>, Vec<Answers<'a>>> {
    let mut parts: BTreeMap<Option<&'a str>, Vec<Answers<'a>>> = BTreeMap::new();
    for answers in &group.problems {
        let mut of_problem: BTreeMap<Option<&'a str>, Answers<'a>> = BTreeMap::new();
        for sample in answers.iter().copied() {
            for value in dimension.values(sample) {
                of_problem.entry(value).or_default().push(sample);
            }
        }
        for (value, answers) in of_problem {
            parts.entry(value).or_default().push(answers);
        }
    }
    parts
}

fn slice(
    dimension: Dimension,
    value: Option<&str>,
    problems: &[Answers<'_>],
    measures: Vec<Measure>,
) -> Slice {
    Slice {
        dimension,
        value: value.map(str::to_owned),
        samples: problems.iter().map(|answers| answers.len() as u64).sum(),
        problems: problems.len() as u64,
        measures,
    }
}
