//! Every record that crosses a crate or a file; no I/O of its own.
//!
//! A [`Problem`] and a [`Sample`] go in, a [`Graded`] comes out; each is one line of JSON. Absence is part of
//! the format: what was not measured is left out, never written as 0.

mod compare;
mod exploit;
mod finding;
mod graded;
mod ids;
mod problem;
mod raw_json;
mod sample;
mod verdict;

pub use compare::{Compare, CompareMode, UnknownCompare};
pub use exploit::{
    Evidence, ExploitOutcome, ExploitResult, ExploitTest, FileContents, FilesAfter, PRIVATE_FOLDER,
    PrivateFile,
};
pub use finding::{Confidence, Cwe, Finding, Severity};
pub use graded::{
    Event, Extraction, ExtractionMethod, FailurePattern, Fault, FaultOwner, Graded, Level, Rewards,
    TestResult, Versions,
};
pub use ids::{ProblemId, SampleId};
pub use problem::{CallStyle, Kind, Problem, Test};
pub use raw_json::RawJson;
pub use sample::{Published, Sample};
pub use verdict::Verdict;
