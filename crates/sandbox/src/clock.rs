//! What time limits are measured with.
//!
//! CPU time grows when a machine is loaded: programs share caches, memory and the halves of a core, and a program near
//! its limit passes or fails by chance. The number of instructions that it executes does not. So where the processor
//! counts them for us, they decide, as in `SIO2Jail`, the sandbox of the Polish Olympiad in Informatics; CPU time then
//! is a loose stop behind them, for programs that do little in much of it.

use std::os::fd::OwnedFd;
use std::time::Duration;

use libc::pid_t;

use crate::error::Error;
use crate::sys;

/// Instructions in user mode that count as a nanosecond: what `CPython` reaches in plain computation on a processor of
/// 2024. A second of the limit is then about a second there, and never less elsewhere.
const INSTRUCTIONS_PER_NANOSECOND: u64 = 10;

/// How much more CPU time than the limit a program may use whose instructions are counted.
const CPU_TIME_FACTOR: u32 = 4;

/// What decides that a program has used up its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockKind {
    /// Instructions that it executed, ten to a nanosecond.
    Instructions,
    /// CPU time.
    CpuTime,
}

impl ClockKind {
    /// The name used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            ClockKind::Instructions => "instructions",
            ClockKind::CpuTime => "cpu-time",
        }
    }

    /// CPU time after which a program is stopped in any case.
    pub fn cpu_stop(self, limit: Duration) -> Duration {
        match self {
            ClockKind::Instructions => limit * CPU_TIME_FACTOR,
            ClockKind::CpuTime => limit,
        }
    }
}

/// Counts for a zygote and everything it forks.
#[derive(Debug)]
pub(crate) struct InstructionCounter(OwnedFd);

impl InstructionCounter {
    /// Whether this process may count, and the processor does.
    pub(crate) fn is_offered() -> bool {
        // Root alone may count for a process of another user.
        sys::effective_uid() == 0
            && Self::open(0).is_ok_and(|counter| {
                let before = counter.read().unwrap_or_default();
                let work: u64 = (0..1000u64).map(std::hint::black_box).sum();
                std::hint::black_box(work);
                counter.read().is_ok_and(|after| after > before)
            })
    }

    /// Begins to count for `pid`, 0 for this process, and for what it forks from now on.
    pub(crate) fn start(pid: pid_t) -> Result<Self, Error> {
        Self::open(pid).map_err(Error::system("instructions cannot be counted"))
    }

    fn open(pid: pid_t) -> std::io::Result<Self> {
        sys::count_instructions(pid).map(Self)
    }

    /// Executed so far, as time.
    pub(crate) fn time(&self) -> Result<Duration, Error> {
        let count = self
            .read()
            .map_err(Error::system("the instruction count cannot be read"))?;
        Ok(Duration::from_nanos(count / INSTRUCTIONS_PER_NANOSECOND))
    }

    fn read(&self) -> std::io::Result<u64> {
        sys::read_count(&self.0)
    }
}
