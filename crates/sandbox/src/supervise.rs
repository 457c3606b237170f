//! One run: sends the job, answers denied calls, watches the clocks, and says how it ended.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use libc::pid_t;

use crate::error::Error;
use crate::host::Host;
use crate::limits::Limits;
use crate::outcome::{Ending, Event, Outcome, Usage};
use crate::protocol::{Exit, JobLimits, PASSED_FDS};
use crate::runtime::Runtime;
use crate::walls::{Level, Wall, Walls};
use crate::zygote::Zygote;
use crate::{notify, sys};

/// How long a killed program may take to be reaped before the zygote counts as lost.
const REAP_TIME: Duration = Duration::from_secs(20);

/// A runtime and the limits of its runs; makes workers.
#[derive(Clone, Debug)]
pub struct Sandbox {
    host: Arc<Host>,
    runtime: Arc<Runtime>,
    limits: Limits,
}

impl Sandbox {
    /// Refuses when `host` offers less than `lowest`, naming the missing walls.
    pub fn new(
        host: Arc<Host>,
        runtime: Arc<Runtime>,
        limits: Limits,
        lowest: Level,
    ) -> Result<Self, Error> {
        let offered = host.walls().level();
        if offered < lowest || offered == Level::D {
            return Err(Error::Refused {
                asked: lowest,
                walls: host.walls().clone(),
            });
        }
        if let Err(source) = fs::metadata(&runtime.executable) {
            return Err(Error::Executable {
                path: runtime.executable.clone(),
                source,
            });
        }
        let is_apart =
            host.walls().stands(Wall::Namespaces) || host.walls().stands(Wall::UserSwitch);
        if !is_apart {
            // A program that is the same user and sees /proc must not read this process's memory.
            sys::forbid_memory_access().map_err(Error::system("this process cannot be closed"))?;
        }
        Ok(Self {
            host,
            runtime,
            limits,
        })
    }

    /// The walls that stand around every run.
    pub fn walls(&self) -> &Walls {
        self.host.walls()
    }

    /// A worker with a zygote of its own. It belongs to the calling thread: the zygote ends with that thread.
    pub fn worker(&self) -> Result<Worker, Error> {
        let zygote = self.start_zygote()?;
        Ok(Worker {
            sandbox: self.clone(),
            zygote: Some(zygote),
        })
    }

    fn start_zygote(&self) -> Result<Zygote, Error> {
        Zygote::start(&self.host, &self.runtime, &self.limits)
    }
}

/// Runs jobs one after another.
#[derive(Debug)]
pub struct Worker {
    sandbox: Sandbox,
    /// Absent after a failure; the next run starts a new one.
    zygote: Option<Zygote>,
}

impl Worker {
    /// Runs one job with the sandbox's limits. `job` is what the runtime reads, `stdin` what the program reads.
    pub fn run(&mut self, job: &[u8], stdin: &[u8]) -> Result<Outcome, Error> {
        let limits = self.sandbox.limits;
        self.run_within(job, stdin, &limits)
    }

    /// The same with other time and output limits; memory and threads stay the sandbox's.
    pub fn run_within(
        &mut self,
        job: &[u8],
        stdin: &[u8],
        limits: &Limits,
    ) -> Result<Outcome, Error> {
        let zygote = match self.zygote.take() {
            Some(zygote) => zygote,
            None => self.sandbox.start_zygote()?,
        };
        let files = RunFiles::create(job, stdin)?;
        let outcome = Run::new(&zygote, &self.sandbox.host, limits).finish(&files)?;
        // After a failure above, the zygote is dropped and with it whatever still runs in it.
        self.zygote = Some(zygote);
        Ok(outcome)
    }
}

/// The descriptors of one run, fresh each time.
struct RunFiles {
    stdin: OwnedFd,
    stdout: OwnedFd,
    stderr: OwnedFd,
    job: OwnedFd,
    result: OwnedFd,
}

impl RunFiles {
    fn create(job: &[u8], stdin: &[u8]) -> Result<Self, Error> {
        let failed = || Error::system("a memory file could not be made");
        let filled = |name, contents: &[u8]| {
            let file = File::from(sys::memory_file(name, true)?);
            file.write_all_at(contents, 0)?;
            let file = OwnedFd::from(file);
            sys::seal(&file)?;
            Ok(file)
        };
        Ok(Self {
            stdin: filled(c"stdin", stdin).map_err(failed())?,
            job: filled(c"job", job).map_err(failed())?,
            stdout: sys::memory_file(c"stdout", false).map_err(failed())?,
            stderr: sys::memory_file(c"stderr", false).map_err(failed())?,
            result: sys::memory_file(c"result", false).map_err(failed())?,
        })
    }

    fn descriptors(&self) -> [RawFd; PASSED_FDS] {
        [
            &self.stdin,
            &self.stdout,
            &self.stderr,
            &self.job,
            &self.result,
        ]
        .map(AsRawFd::as_raw_fd)
    }
}

/// Why the supervisor killed the program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Killed {
    CpuTime,
    WallTime,
}

/// One run in progress.
struct Run<'a> {
    zygote: &'a Zygote,
    host: &'a Host,
    limits: &'a Limits,
    started: Instant,
    child: Option<(pid_t, OwnedFd)>,
    killed: Option<(Killed, Instant)>,
    events: BTreeSet<Event>,
    kills_before: u64,
}

impl<'a> Run<'a> {
    fn new(zygote: &'a Zygote, host: &'a Host, limits: &'a Limits) -> Self {
        Self {
            zygote,
            host,
            limits,
            started: Instant::now(),
            child: None,
            killed: None,
            events: BTreeSet::new(),
            kills_before: 0,
        }
    }

    fn finish(mut self, files: &RunFiles) -> Result<Outcome, Error> {
        self.kills_before = self.memory_kills()?;
        self.send_job(files)?;
        let exit = self.watch().inspect_err(|_| self.abandon())?;
        let stdout = self.contents(&files.stdout)?;
        let stderr = self.contents(&files.stderr)?;
        let result = self.contents(&files.result)?;
        let full = [&stdout, &stderr, &result]
            .into_iter()
            .any(|bytes| bytes.len() as u64 >= self.limits.output);
        Ok(Outcome {
            ending: self.ending(&exit, full)?,
            usage: Usage {
                cpu: Duration::from_micros(exit.cpu_us),
                wall: self.started.elapsed(),
                peak: exit.peak_kib * 1024,
            },
            stdout,
            stderr,
            result,
            events: self.events.into_iter().collect(),
        })
    }

    fn watch(&mut self) -> Result<Exit, Error> {
        loop {
            if let Some(exit) = self.step()? {
                return Ok(exit);
            }
        }
    }

    /// After a failure of ours: the program must not outlive the run.
    fn abandon(&self) {
        if let Some((_, handle)) = &self.child {
            // Nothing is left to do if it cannot be killed: dropping the zygote comes next.
            let _ = sys::kill(handle);
        }
    }

    fn send_job(&self, files: &RunFiles) -> Result<(), Error> {
        let by_resource_limit = !self.host.walls.stands(Wall::Cgroup);
        let has_own_user = self.host.walls.stands(Wall::UserSwitch)
            || self.host.namespaces & libc::CLONE_NEWUSER != 0;
        let only_without_cgroup = |value| if by_resource_limit { value } else { 0 };
        let limits = JobLimits {
            // The kernel's own stop, in whole seconds, behind the supervisor's.
            cpu_seconds: self.limits.cpu.as_secs() + 2,
            file_bytes: self.limits.output,
            // Libraries and stacks are mapped, not used: they come on top.
            address_space_bytes: only_without_cgroup(self.limits.memory + (256 << 20)),
            // The kernel counts by user, so the user must be the program's own.
            processes: if by_resource_limit && has_own_user {
                u64::from(self.limits.threads) + 2
            } else {
                0
            },
        };
        let words = [
            limits.cpu_seconds,
            limits.file_bytes,
            limits.address_space_bytes,
            limits.processes,
        ];
        let mut message = vec![b'J'];
        message.extend(words.iter().flat_map(|word| word.to_ne_bytes()));
        sys::send(&self.zygote.control, &message, &files.descriptors())
            .map_err(|error| Error::ZygoteLost(format!("the job could not be sent: {error}")))
    }

    /// Waits for the next thing to happen; the program's end, or nothing yet.
    fn step(&mut self) -> Result<Option<Exit>, Error> {
        let control = self.zygote.control.as_raw_fd();
        let listener = self.zygote.listener.as_ref().map_or(-1, AsRawFd::as_raw_fd);
        let timeout = self.check_clocks()?;
        let [message, denied] = sys::wait_readable([control, listener], timeout)
            .map_err(Error::system("waiting for the program"))?;
        if let (true, Some(listener)) = (denied, &self.zygote.listener) {
            notify::handle(listener, self.zygote.pid, &mut self.events)
                .map_err(Error::system("a denied call could not be answered"))?;
        }
        if message { self.receive() } else { Ok(None) }
    }

    fn receive(&mut self) -> Result<Option<Exit>, Error> {
        let lost = |why: &str| Error::ZygoteLost(why.to_owned());
        let received = sys::receive(&self.zygote.control)
            .map_err(Error::system("the zygote's message could not be read"))?;
        match received.bytes[..] {
            [b'H'] => {
                // The child may be gone by the time it is looked at; its end is reported next.
                if let Ok(handle) = sys::pidfd(received.sender) {
                    if self.zygote.group.is_some() {
                        prefer_as_victim(received.sender);
                    }
                    self.child = Some((received.sender, handle));
                }
                Ok(None)
            }
            [b'X', ref words @ ..] if words.len() == 24 => {
                let word = |index: usize| {
                    let bytes = words[8 * index..8 * index + 8].try_into();
                    u64::from_ne_bytes(bytes.expect("eight bytes"))
                };
                Ok(Some(Exit {
                    status: word(0) as i64,
                    cpu_us: word(1),
                    peak_kib: word(2),
                }))
            }
            [b'E', ..] => Err(lost("it could not fork")),
            [] => Err(lost("it ended during the run")),
            _ => Err(lost("it sent a message that makes no sense")),
        }
    }

    /// Kills what has used up its time; says how long nothing needs to be checked.
    fn check_clocks(&mut self) -> Result<Duration, Error> {
        if let Some((_, since)) = self.killed {
            if since.elapsed() > REAP_TIME {
                return Err(Error::ZygoteLost(
                    "a killed program was not reaped".to_owned(),
                ));
            }
            return Ok(Duration::from_secs(1));
        }
        let wall_left = self.limits.wall.saturating_sub(self.started.elapsed());
        let Some((pid, _)) = &self.child else {
            if wall_left.is_zero() {
                return Err(Error::ZygoteLost("it did not fork in time".to_owned()));
            }
            return Ok(wall_left);
        };
        let cpu_left =
            sys::cpu_time(*pid).map_or(wall_left, |used| self.limits.cpu.saturating_sub(used));
        if cpu_left.is_zero() {
            self.kill(Killed::CpuTime)?;
        } else if wall_left.is_zero() {
            self.kill(Killed::WallTime)?;
        }
        // Several threads use up CPU time faster than the clock on the wall goes.
        let soonest = cpu_left / processors();
        Ok(soonest.min(wall_left).max(Duration::from_millis(1)))
    }

    fn kill(&mut self, why: Killed) -> Result<(), Error> {
        if let Some((_, handle)) = &self.child {
            sys::kill(handle).map_err(Error::system("the program could not be killed"))?;
        }
        self.killed = Some((why, Instant::now()));
        Ok(())
    }

    fn ending(&self, exit: &Exit, full: bool) -> Result<Ending, Error> {
        let status = exit.status as i32;
        let over_cpu = Duration::from_micros(exit.cpu_us) >= self.limits.cpu;
        Ok(match self.killed {
            _ if over_cpu => Ending::CpuTime,
            Some((Killed::CpuTime, _)) => Ending::CpuTime,
            Some((Killed::WallTime, _)) => Ending::WallTime,
            None if libc::WIFSIGNALED(status) => match libc::WTERMSIG(status) {
                libc::SIGKILL if self.memory_kills()? > self.kills_before => Ending::Memory,
                libc::SIGXFSZ => Ending::Output,
                _ if full => Ending::Output,
                signal => Ending::Signaled(signal),
            },
            None if full => Ending::Output,
            None => Ending::Exited(libc::WEXITSTATUS(status)),
        })
    }

    fn memory_kills(&self) -> Result<u64, Error> {
        self.zygote.group.as_ref().map_or(Ok(0), |group| {
            group
                .memory_kills()
                .map_err(Error::system("the control group is gone"))
        })
    }

    fn contents(&self, file: &OwnedFd) -> Result<Vec<u8>, Error> {
        let failed = || Error::system("the program's output could not be read");
        let file = File::from(file.try_clone().map_err(failed())?);
        let length = file
            .metadata()
            .map_err(failed())?
            .len()
            .min(self.limits.output);
        let mut bytes = vec![0; length as usize];
        file.read_exact_at(&mut bytes, 0).map_err(failed())?;
        Ok(bytes)
    }
}

fn processors() -> u32 {
    std::thread::available_parallelism().map_or(1, |n| n.get() as u32)
}

/// When memory runs out the kernel is to take the program, not the zygote. It is a hint: without it the kernel
/// chooses by size, and a zygote that it takes is a fault that the next run mends.
fn prefer_as_victim(pid: pid_t) {
    let _ = fs::write(format!("/proc/{pid}/oom_score_adj"), "1000");
}
