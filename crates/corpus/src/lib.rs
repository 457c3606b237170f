//! Reads public datasets into problems; filters, audits, splits, exports.
//!
//! Every reader is a [`Records`]: an iterator that holds one record at a time, stops at the first bad one or, when
//! [`Mode::Lenient`], skips and counts it. Nothing here executes code, prints, or looks at the environment.

mod apps;
mod apps_folder;
mod apps_plus;
mod array;
mod entry_point;
mod error;
mod fields;
mod filter;
mod id_list;
mod join;
mod lines;
mod open;
mod prepare;
mod problems;
mod raw;
mod records;
mod samples;
mod seccodeplt;
mod secure_tasks;
mod secure_tasks_page;
mod security_prompts;
mod seed_results;
mod statement;
mod stats;
mod stats_text;
mod summary;
mod weakness;

pub use error::{Error, Reason};
pub use filter::Filter;
pub use id_list::{IdList, Subset, read_id_list};
pub use join::{Join, MatchedBy};
pub use open::open;
pub use prepare::{
    Distribution, LeftOut, PrepareOptions, PrepareStatistics, Prepared, PreparedExample, Reserved,
    prepare,
};
pub use problems::{Format, ProblemReader, import, read_problems, write_problem};
pub use records::{Mode, Records};
pub use samples::{SampleReader, read_samples};
pub use secure_tasks::{Family, SecureTask, TaskError, families, secure_tasks};
pub use secure_tasks_page::secure_tasks_page;
pub use seed_results::{SeedResult, read_seed_results};
pub use statement::statement_key;
pub use stats::{Composition, DifficultyRow, Share, Spread, Stats, StatsTally, StyleRow};
pub use summary::{SKIPPED_LISTED, Skipped, Summary};
pub use weakness::{Weakness, constant_baseline, duplicate_tests, weakness};
