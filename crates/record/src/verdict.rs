//! How one test ended. A closed set: a failure of ours is a [`Fault`](crate::Fault), never a verdict.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a program fared on one test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It ended well and its output is the expected one.
    Accepted,
    /// It ended well with another output.
    WrongAnswer,
    /// It ended well, output was expected, and it printed nothing.
    NoOutput,
    /// It raised, crashed, exited with a code other than 0, or returned nothing from a call.
    RuntimeError,
    /// It used up its time (instructions, or CPU time), or slept past the loose wall-clock stop.
    TimeLimit,
    /// It ran out of memory.
    MemoryLimit,
    /// It wrote more than the output cap.
    OutputLimit,
    /// It failed after trying what the sandbox denies.
    Forbidden,
    /// The interpreter could not compile it.
    SyntaxError,
    /// An earlier test ended so that the rest was not run, as asked for. Neither passed nor failed.
    NotRun,
}

impl Verdict {
    /// Every verdict, in the order tables show them.
    pub const ALL: [Verdict; 10] = [
        Verdict::Accepted,
        Verdict::WrongAnswer,
        Verdict::NoOutput,
        Verdict::RuntimeError,
        Verdict::TimeLimit,
        Verdict::MemoryLimit,
        Verdict::OutputLimit,
        Verdict::Forbidden,
        Verdict::SyntaxError,
        Verdict::NotRun,
    ];

    /// The name used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Accepted => "accepted",
            Verdict::WrongAnswer => "wrong_answer",
            Verdict::NoOutput => "no_output",
            Verdict::RuntimeError => "runtime_error",
            Verdict::TimeLimit => "time_limit",
            Verdict::MemoryLimit => "memory_limit",
            Verdict::OutputLimit => "output_limit",
            Verdict::Forbidden => "forbidden",
            Verdict::SyntaxError => "syntax_error",
            Verdict::NotRun => "not_run",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_serialized_ones() {
        for verdict in Verdict::ALL {
            assert_eq!(
                serde_json::to_string(&verdict).unwrap(),
                format!("\"{verdict}\"")
            );
        }
    }
}
