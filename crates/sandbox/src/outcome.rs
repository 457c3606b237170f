//! What is run, and how it ended. Everything here is about the program; a failure of ours is an [`Error`](crate::Error).

use std::time::Duration;

/// One job of a run.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// What the runtime reads.
    pub payload: &'a [u8],
    /// What the program reads.
    pub stdin: &'a [u8],
}

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It exited by itself with this code.
    Exited(i32),
    /// A signal ended it, sent by itself or the kernel.
    Signaled(i32),
    /// It used up its CPU time.
    CpuTime,
    /// It reached the wall-clock stop without using up its CPU time.
    WallTime,
    /// It used up its memory.
    Memory,
    /// It filled standard output, standard error or the result.
    Output,
}

/// What the run used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// User and system time of all its threads.
    pub cpu: Duration,
    /// Time by the clock that decides time limits.
    pub judged: Duration,
    /// From the job's sending to the report of its end.
    pub wall: Duration,
    /// Highest resident memory, bytes; 0 for a job of a batch.
    pub peak: u64,
}

/// Something the program tried and was denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Event {
    /// The group, such as `process` or `network`.
    pub kind: &'static str,
    /// The system call.
    pub call: &'static str,
}

/// One run's end, outputs, usage and denied calls.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How it ended.
    pub ending: Ending,
    /// What it used.
    pub usage: Usage,
    /// Standard output, at most the limit's bytes.
    pub stdout: Vec<u8>,
    /// Standard error, at most the limit's bytes.
    pub stderr: Vec<u8>,
    /// What the runtime wrote about the run. The program can write here too: data, never trusted.
    pub result: Vec<u8>,
    /// Denied calls, each kind once, sorted.
    pub events: Vec<Event>,
}
