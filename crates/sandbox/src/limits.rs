//! What one run may use.

use std::time::Duration;

/// Limits of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time that all threads together may use, by the host's [clock](crate::ClockKind). Decides `time limit`.
    pub cpu: Duration,
    /// Wall time: a loose stop for programs that sleep; never decides about a program that computes.
    pub wall: Duration,
    /// Memory in bytes.
    pub memory: u64,
    /// Bytes written to standard output, standard error or the result, each.
    pub output: u64,
    /// Threads.
    pub threads: u32,
}

impl Limits {
    /// The wall-clock stop that goes with a CPU limit: loose enough that a machine loaded four times over does
    /// not reach it before the CPU limit decides.
    pub fn wall_for(cpu: Duration) -> Duration {
        cpu * 10 + Duration::from_secs(5)
    }

    /// These limits with another CPU time, and the wall-clock stop that goes with it.
    #[must_use]
    pub fn with_cpu(self, cpu: Duration) -> Self {
        Self {
            cpu,
            wall: Self::wall_for(cpu),
            ..self
        }
    }

    /// Bytes of address space, where that is what limits memory. Libraries and stacks are mapped without being used:
    /// they come on top.
    pub(crate) fn address_space(&self) -> u64 {
        self.memory + (256 << 20)
    }
}

impl Default for Limits {
    /// 5 s of CPU, 1 GiB, 16 MiB of output, 64 threads: above what the limits of public judges ask for.
    fn default() -> Self {
        let cpu = Duration::from_secs(5);
        Self {
            cpu,
            wall: Self::wall_for(cpu),
            memory: 1 << 30,
            output: 16 << 20,
            threads: 64,
        }
    }
}
