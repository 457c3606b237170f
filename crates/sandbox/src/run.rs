//! One run: sends the jobs, answers denied calls, watches the clocks, and says how each job ended.

use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use libc::pid_t;

use crate::clock::{self, ClockKind, ProcessCounter};
use crate::error::Error;
use crate::folder::Folder;
use crate::host::Host;
use crate::limits::Limits;
use crate::outcome::{Ending, Event, Job, Outcome, Usage};
use crate::protocol::{DONE, Exit, JobLimits, NEXT, NEXT_EMPTY};
use crate::walls::Wall;
use crate::zygote::Zygote;
use crate::{notify, sys};

const NOT_FILLED: &str = "a memory file could not be filled";
const NOT_HEARD: &str = "what the program says could not be read";

/// How long a killed program may take to be reaped before the zygote counts as lost.
const REAP_TIME: Duration = Duration::from_secs(20);

/// A program that ends within this time cannot use up the memory, so the kernel needs no hint about it.
const HINT_AFTER: Duration = Duration::from_millis(20);

/// Why the supervisor killed the program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Killed {
    CpuTime,
    WallTime,
    /// All jobs are done.
    Finished,
}

/// The jobs of a run. Each is asked for when its turn comes: most programs end before the last.
#[derive(Clone, Copy)]
pub(crate) struct Jobs<'a, 'j> {
    pub(crate) count: usize,
    pub(crate) get: &'a dyn Fn(usize) -> Job<'j>,
}

/// A process in which jobs run.
struct Child {
    pid: pid_t,
    handle: OwnedFd,
    /// Whether the kernel has been told to take it first when memory runs out.
    is_victim: bool,
    /// Where instructions decide and it has run for so long that they are counted.
    counter: Option<ProcessCounter>,
}

/// Time used, by two clocks.
#[derive(Clone, Copy, Default)]
struct Used {
    /// By the child's CPU clock.
    cpu: Duration,
    /// By the clock that decides.
    judged: Duration,
}

impl Used {
    fn since(self, before: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(before.cpu),
            judged: self.judged.saturating_sub(before.judged),
        }
    }
}

/// One run in progress.
pub(crate) struct Run<'a, 'j> {
    zygote: &'a Zygote,
    host: &'a Host,
    limits: &'a Limits,
    /// Whether the jobs run in one process.
    is_batch: bool,
    /// Where the program may write, if it may anywhere.
    folder: Option<&'a Folder>,
    jobs: Jobs<'a, 'j>,
    each: &'a mut dyn FnMut(Outcome) -> ControlFlow<()>,
    /// Jobs that have ended.
    ended: usize,
    /// Absent until somebody wants to know: most programs end before.
    child: Option<Child>,
    began: Instant,
    killed: Option<(Killed, Instant)>,
    /// Of the current job.
    started: Instant,
    /// Before then no clock can have run out.
    quiet_until: Instant,
    /// What had been used before the current job.
    before: Used,
    /// Of the current job.
    events: BTreeSet<Event>,
}

impl<'a, 'j> Run<'a, 'j> {
    pub(crate) fn new(
        zygote: &'a Zygote,
        host: &'a Host,
        limits: &'a Limits,
        jobs: Jobs<'a, 'j>,
        each: &'a mut dyn FnMut(Outcome) -> ControlFlow<()>,
    ) -> Self {
        Self {
            zygote,
            host,
            limits,
            is_batch: false,
            folder: None,
            jobs,
            each,
            ended: 0,
            child: None,
            began: Instant::now(),
            killed: None,
            started: Instant::now(),
            quiet_until: Instant::now(),
            before: Used::default(),
            events: BTreeSet::new(),
        }
    }

    /// All jobs in one process.
    pub(crate) fn in_batch(mut self) -> Self {
        self.is_batch = true;
        self
    }

    /// The program may write there.
    pub(crate) fn in_folder(mut self, folder: Option<&'a Folder>) -> Self {
        self.folder = folder;
        self
    }

    /// Hands out the outcome of each job that begins, at least one; returns the process's highest resident memory
    /// in bytes.
    pub(crate) fn finish(mut self) -> Result<u64, Error> {
        self.zygote
            .files
            .begin(&(self.jobs.get)(0))
            .map_err(Error::system(NOT_FILLED))?;
        self.start_clocks();
        self.send_job()?;
        let exit = self.watch().inspect_err(|_| self.abandon())?;
        let is_finished = matches!(self.killed, Some((Killed::Finished, _)));
        if !is_finished {
            let used = self
                .used(Duration::from_micros(exit.cpu_us))?
                .since(self.before);
            let outcome = self.outcome(used, |full| self.ending(&exit, used, full))?;
            // It was the last one in any case.
            let _ = (self.each)(outcome);
        }
        if self.child.is_none() {
            // Its words must not be taken for those of the next one.
            sys::receive_now(&self.zygote.hello).map_err(Error::system(NOT_HEARD))?;
        }
        self.zygote.has_strays.set(exit.strays > 0);
        Ok(exit.peak_kib * 1024)
    }

    fn watch(&mut self) -> Result<Exit, Error> {
        loop {
            if let Some(exit) = self.step()? {
                return Ok(exit);
            }
        }
    }

    /// After a failure of ours: the program must not outlive the run.
    fn abandon(&mut self) {
        if let Ok(Some(child)) = self.child() {
            // Nothing is left to do if it cannot be killed: dropping the zygote comes next.
            let _ = sys::kill(&child.handle);
        }
    }

    fn send_job(&self) -> Result<(), Error> {
        let limits = self.job_limits();
        let words = [
            limits.cpu_seconds,
            limits.file_bytes,
            limits.address_space_bytes,
            limits.processes,
        ];
        let mut message = vec![b'J'];
        message.extend(words.iter().flat_map(|word| word.to_ne_bytes()));
        sys::send(&self.zygote.control, &message, &[])
            .map_err(|error| Error::ZygoteLost(format!("the job could not be sent: {error}")))
    }

    fn job_limits(&self) -> JobLimits {
        let by_resource_limit = !self.host.walls.stands(Wall::Cgroup);
        let has_own_user = self.host.walls.stands(Wall::UserSwitch)
            || self.host.namespaces & libc::CLONE_NEWUSER != 0;
        let only_without_cgroup = |value| if by_resource_limit { value } else { 0 };
        let of_all_jobs = self.host.clock.cpu_stop(self.limits.cpu) * self.jobs.count as u32;
        JobLimits {
            // The kernel's own stop, in whole seconds, behind the supervisor's.
            cpu_seconds: of_all_jobs.as_secs() + 2,
            file_bytes: self.limits.output,
            address_space_bytes: only_without_cgroup(self.limits.address_space()),
            // The kernel counts by user, so the user must be the program's own.
            processes: if by_resource_limit && has_own_user {
                u64::from(self.limits.threads) + 2
            } else {
                0
            },
        }
    }

    /// Waits for the next thing to happen; the process's end, or nothing yet.
    fn step(&mut self) -> Result<Option<Exit>, Error> {
        let number = |fd: Option<&OwnedFd>| fd.map_or(-1, AsRawFd::as_raw_fd);
        let control = self.zygote.control.as_raw_fd();
        let listener = number(self.zygote.listener.as_ref());
        let done = if self.is_batch {
            self.zygote.files.done().as_raw_fd()
        } else {
            -1
        };
        let timeout = self.check_clocks()?;
        let [message, denied, done] = sys::wait_readable([control, listener, done], timeout)
            .map_err(Error::system("waiting for the program"))?;
        if let (true, Some(listener)) = (denied, &self.zygote.listener) {
            notify::handle(listener, self.zygote.pid, self.folder, &mut self.events)
                .map_err(Error::system("a denied call could not be answered"))?;
        }
        if done {
            // Before its end, which may wait as well.
            self.hear()?;
            return Ok(None);
        }
        if message { self.receive() } else { Ok(None) }
    }

    fn receive(&mut self) -> Result<Option<Exit>, Error> {
        let lost = |why: &str| Error::ZygoteLost(why.to_owned());
        let received = sys::receive(&self.zygote.control)
            .map_err(Error::system("the zygote's message could not be read"))?;
        match received.bytes[..] {
            [b'X', ref words @ ..] if words.len() == size_of::<Exit>() => {
                let word = |index: usize| {
                    let bytes = words[8 * index..8 * index + 8].try_into();
                    u64::from_ne_bytes(bytes.expect("eight bytes"))
                };
                Ok(Some(Exit {
                    status: word(0) as i64,
                    cpu_us: word(1),
                    peak_kib: word(2),
                    strays: word(3),
                }))
            }
            [b'E', ..] => Err(lost("it could not fork")),
            [] => Err(lost("it ended during the run")),
            _ => Err(lost("it sent a message that makes no sense")),
        }
    }

    /// The child, once it is there.
    fn child(&mut self) -> Result<Option<&mut Child>, Error> {
        if self.child.is_none() {
            let hello = sys::receive_now(&self.zygote.hello).map_err(Error::system(NOT_HEARD))?;
            // The child may be gone by the time it is looked at; its end is reported next.
            self.child = hello.and_then(|hello| {
                let handle = sys::pidfd(hello.sender).ok()?;
                Some(Child {
                    pid: hello.sender,
                    handle,
                    is_victim: false,
                    counter: None,
                })
            });
        }
        Ok(self.child.as_mut())
    }

    /// Takes what the child of a batch says. The program can speak here too: it can end its own job, as it can by
    /// exiting, and nothing else.
    fn hear(&mut self) -> Result<(), Error> {
        match self.zygote.files.hear().map_err(Error::system(NOT_HEARD))? {
            Some([DONE, code]) if self.killed.is_none() => self.job_done(code),
            _ => Ok(()),
        }
    }

    fn job_done(&mut self, code: u8) -> Result<(), Error> {
        let pid = self.child()?.map(|child| child.pid);
        let cpu = pid.and_then(sys::cpu_time).unwrap_or(self.before.cpu);
        let so_far = self.used(cpu)?;
        let used = so_far.since(self.before);
        if self.is_used_up(used) {
            return self.kill(Killed::CpuTime);
        }
        let ending = |full| {
            Ok(if full {
                Ending::Output
            } else {
                Ending::Exited(i32::from(code))
            })
        };
        let outcome = self.outcome(used, ending)?;
        let said = [&outcome.stdout, &outcome.stderr, &outcome.result].map(|text| !text.is_empty());
        self.events.clear();
        self.ended += 1;
        let next = match (self.each)(outcome) {
            ControlFlow::Continue(()) if self.ended < self.jobs.count => {
                (self.jobs.get)(self.ended)
            }
            _ => return self.kill(Killed::Finished),
        };
        let files = &self.zygote.files;
        files
            .refill(&next, said)
            .map_err(Error::system(NOT_FILLED))?;
        self.before = so_far;
        self.start_clocks();
        let word = if next.payload.is_empty() {
            NEXT_EMPTY
        } else {
            NEXT
        };
        // A child that does not listen is stopped by its clocks.
        self.zygote
            .files
            .tell(word)
            .map_err(Error::system("the program could not be told to go on"))
    }

    /// Of the current job.
    fn start_clocks(&mut self) {
        self.started = Instant::now();
        let soonest = (self.limits.cpu / processors()).min(self.limits.wall);
        let quiet = soonest
            .min(HINT_AFTER)
            .min(clock::uncounted(self.limits.cpu));
        self.quiet_until = self.started + quiet;
    }

    /// What the child has used so far, its CPU clock showing `cpu`.
    fn used(&self, cpu: Duration) -> Result<Used, Error> {
        let counter = self.child.as_ref().and_then(|child| child.counter.as_ref());
        let judged = match counter {
            Some(counter) => counter.time()?,
            None => cpu,
        };
        Ok(Used { cpu, judged })
    }

    fn is_used_up(&self, used: Used) -> bool {
        used.judged >= self.limits.cpu || used.cpu >= self.host.clock.cpu_stop(self.limits.cpu)
    }

    /// Of the current job, which has used `used`.
    fn outcome(
        &self,
        used: Used,
        ending: impl FnOnce(bool) -> Result<Ending, Error>,
    ) -> Result<Outcome, Error> {
        let written = self
            .zygote
            .files
            .written(self.limits.output)
            .map_err(Error::system("the program's output could not be read"))?;
        let full = [&written.stdout, &written.stderr, &written.result]
            .into_iter()
            .any(|bytes| bytes.len() as u64 >= self.limits.output);
        Ok(Outcome {
            ending: ending(full)?,
            usage: Usage {
                cpu: used.cpu,
                judged: used.judged,
                wall: self.started.elapsed(),
                peak: 0,
            },
            stdout: written.stdout,
            stderr: written.stderr,
            result: written.result,
            events: self.events.iter().copied().collect(),
        })
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
        let quiet = self.quiet_until.saturating_duration_since(Instant::now());
        if !quiet.is_zero() {
            return Ok(quiet);
        }
        let wall_left = self.limits.wall.saturating_sub(self.started.elapsed());
        let (has_group, began) = (self.zygote.group.is_some(), self.began);
        let counts = self.host.clock == ClockKind::Instructions;
        let Some(child) = self.child()? else {
            if wall_left.is_zero() {
                return Err(Error::ZygoteLost("it did not fork in time".to_owned()));
            }
            return Ok(wall_left);
        };
        let mut next_check = wall_left;
        if has_group && !child.is_victim {
            let left = HINT_AFTER.saturating_sub(began.elapsed());
            if left.is_zero() {
                prefer_as_victim(child.pid);
                child.is_victim = true;
            } else {
                next_check = next_check.min(left);
            }
        }
        if counts && child.counter.is_none() {
            let cpu = sys::cpu_time(child.pid).unwrap_or_default();
            child.counter = ProcessCounter::start(child.pid, cpu)?;
        }
        // A child that is gone is heard of soon.
        let pid = child.pid;
        let left = match sys::cpu_time(pid) {
            Some(cpu) => self.left(cpu)?,
            None => wall_left,
        };
        if left.is_zero() {
            self.kill(Killed::CpuTime)?;
        } else if wall_left.is_zero() {
            self.kill(Killed::WallTime)?;
        }
        // Several threads use up their time faster than the clock on the wall goes.
        let soonest = left / processors();
        Ok(soonest.min(next_check).max(Duration::from_millis(1)))
    }

    /// The least time that the current job can go on without being used up, on one processor.
    fn left(&self, cpu: Duration) -> Result<Duration, Error> {
        let used = self.used(cpu)?.since(self.before);
        let of_cpu = self
            .host
            .clock
            .cpu_stop(self.limits.cpu)
            .saturating_sub(used.cpu);
        Ok(of_cpu.min(self.limits.cpu.saturating_sub(used.judged)))
    }

    fn kill(&mut self, why: Killed) -> Result<(), Error> {
        if let Some(child) = self.child()? {
            sys::kill(&child.handle).map_err(Error::system("the program could not be killed"))?;
        }
        self.killed = Some((why, Instant::now()));
        Ok(())
    }

    /// How the current job ended with the end of the process.
    fn ending(&self, exit: &Exit, used: Used, full: bool) -> Result<Ending, Error> {
        let status = exit.status as i32;
        Ok(match self.killed {
            _ if self.is_used_up(used) => Ending::CpuTime,
            Some((Killed::CpuTime, _)) => Ending::CpuTime,
            Some((Killed::WallTime, _)) => Ending::WallTime,
            None if libc::WIFSIGNALED(status) => match libc::WTERMSIG(status) {
                libc::SIGKILL if self.was_killed_for_memory()? => Ending::Memory,
                libc::SIGXFSZ => Ending::Output,
                _ if full => Ending::Output,
                signal => Ending::Signaled(signal),
            },
            _ if full => Ending::Output,
            _ => Ending::Exited(libc::WEXITSTATUS(status)),
        })
    }

    fn was_killed_for_memory(&self) -> Result<bool, Error> {
        let Some(kills) = self.zygote.count_memory_kills()? else {
            return Ok(false);
        };
        Ok(self.zygote.memory_kills.replace(kills) < kills)
    }
}

fn processors() -> u32 {
    static COUNT: OnceLock<u32> = OnceLock::new();
    *COUNT.get_or_init(|| std::thread::available_parallelism().map_or(1, |n| n.get() as u32))
}

/// When memory runs out the kernel is to take the program, not the zygote. It is a hint: without it the kernel
/// chooses by size, and a zygote that it takes is a fault that the next run mends.
fn prefer_as_victim(pid: pid_t) {
    let _ = fs::write(format!("/proc/{pid}/oom_score_adj"), "1000");
}
