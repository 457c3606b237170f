//! Sandboxes and their workers.

use std::fs;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::clock::ClockKind;
use crate::error::Error;
use crate::folder::FolderEntry;
use crate::host::Host;
use crate::inherited;
use crate::limits::Limits;
use crate::outcome::{Job, Outcome};
use crate::run::{Jobs, Run};
use crate::runtime::Runtime;
use crate::sys;
use crate::walls::{Level, Wall, Walls};
use crate::zygote::Zygote;

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
        if offered < lowest {
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
        inherited::lift(&limits)?;
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

    /// Whether runs can have a private folder ([`Worker::run_in_folder`]).
    pub fn offers_folder(&self) -> bool {
        self.host.namespaces != 0 && self.host.walls.stands(Wall::Seccomp)
    }

    /// What time limits are measured with.
    pub fn clock(&self) -> ClockKind {
        self.host.clock()
    }

    /// The limits of memory and threads that its runs have in common.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The same with another kind of its runtime; nothing where it has none of that name.
    pub fn of_kind(&self, kind: &str) -> Option<Self> {
        let runtime = Arc::new(self.runtime.of_kind(kind)?);
        Some(Self {
            runtime,
            ..self.clone()
        })
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
    /// Runs one job. Memory and threads are limited as the sandbox says, the rest as `limits` does.
    pub fn run(&mut self, job: Job<'_>, limits: &Limits) -> Result<Outcome, Error> {
        let zygote = self.take_zygote()?;
        let outcome = self.run_single(&zygote, job, limits, false)?;
        self.keep(zygote);
        Ok(outcome)
    }

    /// The same in a private folder that holds `entries`, folders before what lies in them; also returns what is in it
    /// afterwards, sorted by path. The program may write there, as much as 16 MiB; at its end the folder is emptied.
    pub fn run_in_folder(
        &mut self,
        job: Job<'_>,
        entries: &[FolderEntry],
        limits: &Limits,
    ) -> Result<(Outcome, Vec<FolderEntry>), Error> {
        let zygote = self.take_zygote()?;
        let Some(folder) = &zygote.folder else {
            self.zygote = Some(zygote);
            return Err(Error::NoFolder);
        };
        folder
            .fill(entries)
            .map_err(Error::system("the private folder could not be filled"))?;
        let outcome = self.run_single(&zygote, job, limits, true)?;
        let left = folder
            .entries()
            .map_err(Error::system("the private folder could not be read"))?;
        // A folder that cannot be emptied goes away with its zygote.
        if folder.empty().is_ok() {
            self.keep(zygote);
        }
        Ok((outcome, left))
    }

    fn run_single(
        &self,
        zygote: &Zygote,
        job: Job<'_>,
        limits: &Limits,
        in_folder: bool,
    ) -> Result<Outcome, Error> {
        let mut outcomes = Vec::with_capacity(1);
        let (get, mut each) = (
            |_| job,
            |outcome| {
                outcomes.push(outcome);
                ControlFlow::Continue(())
            },
        );
        let jobs = Jobs {
            count: 1,
            get: &get,
        };
        let folder = zygote.folder.as_ref().filter(|_| in_folder);
        let run = Run::new(zygote, &self.sandbox.host, limits, jobs, &mut each);
        let peak = run.in_folder(folder).finish()?;
        // A run that may have had no limits counts for nothing.
        zygote.count_memory_kills()?;
        let mut outcome = outcomes.remove(0);
        outcome.usage.peak = peak;
        Ok(outcome)
    }

    /// For the next run. After a failure the zygote is dropped instead, and with it whatever still runs in it; so is one
    /// with processes that a program left behind, since those have the files of the next run as well.
    fn keep(&mut self, zygote: Zygote) {
        self.zygote = Some(zygote).filter(|zygote| !zygote.has_strays.get());
    }

    fn take_zygote(&mut self) -> Result<Zygote, Error> {
        match self.zygote.take() {
            Some(zygote) => Ok(zygote),
            None => self.sandbox.start_zygote(),
        }
    }

    /// Runs `count` jobs one after another in one process, each as `job` gives it when its turn comes and within `limits`, until `each` breaks off. A process that
    /// ends early, by itself or because it is stopped, has ended the last job that `each` gets; the others did not
    /// begin. At least one does.
    ///
    /// The highest resident memory is that of the whole process: it is returned, in bytes, and 0 in the outcomes.
    ///
    /// # Panics
    /// If there are none.
    pub fn run_batch<'j>(
        &mut self,
        count: usize,
        job: &dyn Fn(usize) -> Job<'j>,
        limits: &Limits,
        each: &mut dyn FnMut(Outcome) -> ControlFlow<()>,
    ) -> Result<u64, Error> {
        assert!(count > 0, "a batch has jobs");
        let zygote = self.take_zygote()?;
        let jobs = Jobs { count, get: job };
        let run = Run::new(&zygote, &self.sandbox.host, limits, jobs, each);
        let peak = run.in_batch().finish()?;
        // A run that may have had no limits counts for nothing.
        zygote.count_memory_kills()?;
        self.keep(zygote);
        Ok(peak)
    }
}
