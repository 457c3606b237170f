//! One sample in, one graded sample out.
//!
//! [`extract`] finds the code in the model's text, the analyzer reads it, [`run`] runs it in the sandbox test by
//! test, [`compare`] decides in this process, on plain data, whether an output is the expected one, and [`reward`]
//! turns the record into numbers. [`grade_all`] does it for many samples on several threads.

mod cache;
pub mod compare;
mod dossier;
mod exploit;
mod extract;
mod folder;
mod grader;
mod harness;
mod identity;
mod judge;
mod pipeline;
mod python;
mod reference;
pub mod reward;
mod runner;
pub mod suite;
mod testing;
pub mod value;
mod workers;

pub use cache::{Cache, CacheError, CacheUse};
pub use dossier::Dossiers;
pub use extract::{Extracted, extract};
pub use grader::{Assignment, Grader, Settings, StopAt};
pub use harness::{Raised, Ran, Source, Task, run, run_batch};
pub use judge::compare_for;
pub use pipeline::{PipelineError, WorkError, grade_all};
pub use python::{NUMPY, Python, PythonError};
