//! What time limits are measured with.
//!
//! CPU time grows when a machine is loaded: programs share caches, memory and the halves of a core, and a program near
//! its limit passes or fails by chance. The number of instructions that it executes does not. So where the processor
//! counts them for us, they decide, as in `SIO2Jail`, the sandbox of the Polish Olympiad in Informatics; CPU time then
//! is a loose stop behind them, for programs that do little in much of it.

use std::fs;
use std::io;
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

const NOT_COUNTED: &str = "instructions cannot be counted";

/// The share of its time limit that a program may use before its instructions are counted. A counter costs at every
/// change between processes, in a virtual machine more than most programs compute; so it is for those that take long.
const UNCOUNTED_SHARE: u32 = 250;

/// CPU time that a program may use before its instructions are counted; until then CPU time stands for them.
pub(crate) fn uncounted(limit: Duration) -> Duration {
    limit / UNCOUNTED_SHARE
}

/// Counts for a process: its threads and the ones that they start.
#[derive(Debug)]
pub(crate) struct ProcessCounter {
    /// CPU time that it had used when counting began.
    before: Duration,
    threads: Vec<InstructionCounter>,
}

impl ProcessCounter {
    /// Begins to count for `pid`, which has used `before` of CPU time; `None` when it is gone.
    pub(crate) fn start(pid: pid_t, before: Duration) -> Result<Option<Self>, Error> {
        // Listed before the first is counted: what that one starts from then on is counted with it.
        let ids = match threads_of(pid) {
            Ok(ids) => ids,
            Err(error) if is_gone(&error) => return Ok(None),
            Err(error) => return Err(Error::system(NOT_COUNTED)(error)),
        };
        let mut threads = Vec::with_capacity(ids.len());
        for id in ids {
            match InstructionCounter::open(id) {
                Ok(counter) => threads.push(counter),
                Err(error) if is_gone(&error) => {}
                Err(error) => return Err(Error::system(NOT_COUNTED)(error)),
            }
        }
        Ok((!threads.is_empty()).then_some(Self { before, threads }))
    }

    /// What it has used so far.
    pub(crate) fn time(&self) -> Result<Duration, Error> {
        let mut count = 0;
        for thread in &self.threads {
            count += thread
                .read()
                .map_err(Error::system("the instruction count cannot be read"))?;
        }
        Ok(self.before + Duration::from_nanos(count / INSTRUCTIONS_PER_NANOSECOND))
    }
}

fn threads_of(pid: pid_t) -> io::Result<Vec<pid_t>> {
    let mut ids = Vec::new();
    for entry in fs::read_dir(format!("/proc/{pid}/task"))? {
        let name = entry?.file_name();
        ids.extend(name.to_str().and_then(|name| name.parse::<pid_t>().ok()));
    }
    Ok(ids)
}

/// Whether the process or thread has ended meanwhile.
fn is_gone(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ESRCH | libc::ENOENT))
}

/// Counts for a thread and those that it starts.
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

    /// Begins to count for a thread, 0 for this one.
    fn open(thread: pid_t) -> io::Result<Self> {
        sys::count_instructions(thread).map(Self)
    }

    fn read(&self) -> io::Result<u64> {
        sys::read_count(&self.0)
    }
}
