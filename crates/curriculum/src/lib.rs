//! Problems without end: families of tasks, drawn from a seed, with solutions good and bad.
//!
//! A [`Family`] is one task with all its variations. A [`Curriculum`] draws instances of its families in turn: each has a
//! statement, tests computed by a reference in Rust, and programs that are secure, insecure, wrong, silent and crashing.
//! Nothing here reads, writes or runs anything; the same seed gives the same bytes.
//!
//! ```
//! use scrl_curriculum::{Curriculum, Quality};
//!
//! let curriculum = Curriculum::new(7, &["sum_above".to_owned()]).unwrap();
//! let instance = curriculum.instance(0);
//! assert!(instance.problem.tests.len() >= 6);
//! assert!(!instance.programs(Quality::Secure).is_empty());
//! ```

mod curriculum;
mod draft;
mod family;
mod instance;
mod mix;
mod ordinary;
mod page;
mod program;
mod rng;
mod security;
mod split;
mod statement;
mod value;
mod vocabulary;
mod words;

pub use curriculum::{Curriculum, UnknownFamily, families};
pub use family::{Family, Theme};
pub use instance::{Instance, Quality};
pub use mix::{BadMix, Mix};
pub use page::families_page;
pub use rng::Rng;
pub use split::{Split, UnknownSplit};
