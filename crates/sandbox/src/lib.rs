//! Runs one untrusted program under limits and says how it ended.
//!
//! A [`Runtime`] (an interpreter with a fork server inside, say) is started once behind every wall the machine
//! offers and becomes a *zygote*; each [`Worker::run`] makes it fork a child that inherits the walls. The child
//! ends as an [`Outcome`] whatever it does; an [`Error`] is a failure of ours.
//!
//! This crate does not know which language it runs, and never sees what output was expected.

#[cfg(not(target_os = "linux"))]
compile_error!(
    "scrl-sandbox runs on Linux only: it is built from namespaces, seccomp, Landlock and cgroups"
);

mod cgroup;
mod clock;
mod error;
mod files;
mod filter;
mod folder;
mod host;
mod inherited;
mod jail;
mod landlock;
mod large_pages;
mod limits;
mod notify;
mod outcome;
mod policy;
mod processors;
mod root;
mod run;
mod runtime;
mod supervise;
mod sys;
mod walls;
mod zygote;

#[path = "../inside/protocol.rs"]
mod protocol;

pub use clock::ClockKind;
pub use error::Error;
pub use folder::{EntryKind, FolderEntry};
pub use host::{Host, sweep_leftovers};
pub use limits::Limits;
pub use outcome::{Ending, Event, Job, Outcome, Usage};
pub use processors::keep_to_processor;
pub use runtime::{Argument, Runtime};
pub use supervise::{Sandbox, Worker};
pub use walls::{Level, Wall, Walls};
