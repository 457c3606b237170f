//! Records in, measures and documents out; pure.
//!
//! [`measure`] turns the graded samples of one or several runs into [`Metrics`]; everything else writes them: [`markdown`],
//! [`html`], [`metrics_json`], [`measures_csv`], [`samples_csv`] and, for a terminal, [`summary_table`]. No file is read or
//! written and no clock is asked: the same records give the same bytes, in whatever order they come.

mod at_k;
mod bootstrap;
mod catalogue;
mod chapter_answers;
mod chapter_comparison;
mod chapter_coverage;
mod chapter_result;
mod chapter_rewards;
mod chapter_security;
mod chapter_seed;
mod chapter_training;
mod chapters;
mod coverage;
mod csv;
mod demonstration;
mod document;
mod estimate;
mod facts;
mod findings;
mod histogram;
mod html;
mod markdown;
mod mcnemar;
mod measure;
mod metrics;
mod numbers;
mod pairs;
mod provenance;
mod push;
mod seed_tables;
mod svg;
mod systems;
mod terminal;
mod training;
mod wilson;
mod wording;

pub use coverage::{Coverage, EventCount, FaultCount};
pub use csv::{measures_csv, samples_csv};
pub use demonstration::Quality;
pub use findings::{CweCount, FindingBreakdown, RuleCount};
pub use histogram::RewardHistogram;
pub use html::html;
pub use markdown::markdown;
pub use measure::{Interval, IntervalMethod, Measure, Unit};
pub use metrics::{Dimension, Draws, Metrics, Slice, System, measure, metrics_json};
pub use pairs::{Comparison, PairedTest};
pub use provenance::{Provenance, Tally};
pub use seed_tables::{SeedRow, SeedTraining};
pub use systems::Run;
pub use terminal::{differences, summary_table};
pub use training::{Answer, Change, Curve, Example, Shown, State, Training};
