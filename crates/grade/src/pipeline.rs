//! Many samples on several threads, results in the order of the samples.
//!
//! One thread with one zygote per job. Threads take the next sample as they get free; results are handed out in
//! order, and no thread runs further ahead of the slowest sample than a fixed window, so memory stays flat.

use std::collections::BTreeMap;
use std::error;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread;

use scrl_record::{FaultOwner, Graded};
use scrl_sandbox::{Error, Sandbox, keep_to_processor};

use crate::dossier::Dossiers;
use crate::grader::{Assignment, Grader, Settings};

/// Results that may wait for a slower sample before them.
const WINDOW: usize = 1024;

/// So many failures of ours in a row mean that the machine, not a sample, is at fault.
const FAULTS_IN_A_ROW: usize = 20;

/// Why a run stopped before its end. What was handed out before is good.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// No zygote could be started.
    #[error(transparent)]
    Sandbox(#[from] Error),
    /// A thread could not be started.
    #[error("a thread could not be started: {0}; use fewer --jobs")]
    Thread(io::Error),
    /// The machine fails again and again.
    #[error(
        "{FAULTS_IN_A_ROW} samples in a row could not be run, the last because {reason}; what was graded before is kept, run again to go on"
    )]
    Faults {
        /// The last fault's reason.
        reason: String,
    },
    /// The next sample could not be read.
    #[error(transparent)]
    Work(WorkError),
    /// A result could not be stored.
    #[error("the results could not be written: {0}")]
    Sink(#[from] io::Error),
}

/// Why there is no next sample though there should be one.
pub type WorkError = Box<dyn error::Error + Send + Sync>;

/// Grades `work` with `jobs` threads and hands each result to `sink`, in order. A sample is taken from `work` when a
/// thread is free for it. Setting `stop` ends the run after the samples in progress; what is handed out never leaves a gap.
pub fn grade_all<'p>(
    sandbox: &Sandbox,
    settings: &Settings,
    jobs: usize,
    work: impl Iterator<Item = Result<Assignment<'p>, WorkError>> + Send,
    stop: &AtomicBool,
    mut sink: impl FnMut(&Graded) -> io::Result<()>,
) -> Result<(), PipelineError> {
    let queue = Queue::new(work);
    let dossiers = Dossiers::default();
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            let sender = sender.clone();
            let (queue, dossiers) = (&queue, &dossiers);
            let thread = thread::Builder::new().spawn_scoped(scope, move || {
                keep_to_processor();
                let grader = Grader::start(sandbox, settings, dossiers);
                work_off(grader, queue, stop, &sender);
            });
            if let Err(error) = thread {
                queue.close();
                return Err(PipelineError::Thread(error));
            }
        }
        drop(sender);
        let result = hand_out(&receiver, &queue, &mut sink);
        queue.close();
        result
    })
}

type Sent = (usize, Result<Graded, PipelineError>);

/// One thread's work: samples from the queue until it is empty or closed. A receiver that is gone ends it too.
fn work_off<'a, 'p: 'a>(
    grader: Result<Grader<'a>, Error>,
    queue: &Queue<impl Iterator<Item = Result<Assignment<'p>, WorkError>>>,
    stop: &AtomicBool,
    sender: &Sender<Sent>,
) {
    let mut grader = match grader {
        Ok(grader) => grader,
        Err(error) => {
            let _ = sender.send((0, Err(error.into())));
            return;
        }
    };
    while !stop.load(Ordering::Relaxed) {
        let Some((index, assignment)) = queue.take() else {
            return;
        };
        let result = assignment
            .map(|assignment| grader.grade(&assignment))
            .map_err(PipelineError::Work);
        if sender.send((index, result)).is_err() {
            return;
        }
    }
}

fn hand_out(
    receiver: &Receiver<Sent>,
    queue: &Queue<impl Iterator>,
    sink: &mut impl FnMut(&Graded) -> io::Result<()>,
) -> Result<(), PipelineError> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    let mut faults = 0;
    for (index, result) in receiver {
        waiting.insert(index, result?);
        while let Some(graded) = waiting.remove(&next) {
            sink(&graded)?;
            next += 1;
            queue.handed_out(next);
            faults = if is_ours(&graded) { faults + 1 } else { 0 };
            if faults == FAULTS_IN_A_ROW {
                let reason = graded.fault.map(|fault| fault.reason).unwrap_or_default();
                return Err(PipelineError::Faults { reason });
            }
        }
    }
    Ok(())
}

fn is_ours(graded: &Graded) -> bool {
    graded
        .fault
        .as_ref()
        .is_some_and(|fault| fault.owner == FaultOwner::Infrastructure)
}

/// What is still to be taken, never more than [`WINDOW`] ahead of what has been handed out.
struct Queue<W> {
    state: Mutex<QueueState<W>>,
    moved: Condvar,
}

struct QueueState<W> {
    /// Absent once the queue is closed.
    work: Option<W>,
    taken: usize,
    handed_out: usize,
}

impl<W: Iterator> Queue<W> {
    fn new(work: W) -> Self {
        let state = QueueState {
            work: Some(work),
            taken: 0,
            handed_out: 0,
        };
        Self {
            state: Mutex::new(state),
            moved: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, QueueState<W>> {
        self.state
            .lock()
            .expect("no thread panics while it holds the queue")
    }

    /// The next piece of work and its number, from 0.
    fn take(&self) -> Option<(usize, W::Item)> {
        let mut state = self
            .moved
            .wait_while(self.state(), |state| {
                state.work.is_some() && state.taken >= state.handed_out + WINDOW
            })
            .expect("no thread panics while it holds the queue");
        let next = state.work.as_mut()?.next()?;
        state.taken += 1;
        Some((state.taken - 1, next))
    }

    fn handed_out(&self, count: usize) {
        self.state().handed_out = count;
        self.moved.notify_all();
    }

    fn close(&self) {
        self.state().work = None;
        self.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_runs_further_ahead_than_the_window() {
        let queue = Queue::new(0..3 * WINDOW);
        for index in 0..WINDOW {
            assert_eq!(queue.take(), Some((index, index)));
        }
        thread::scope(|scope| {
            let waiting = scope.spawn(|| queue.take());
            queue.handed_out(1);
            assert_eq!(waiting.join().unwrap(), Some((WINDOW, WINDOW)));
        });
        queue.close();
        assert_eq!(queue.take(), None);
    }
}
