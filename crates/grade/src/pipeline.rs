//! Many samples on several threads, results in the order of the samples.
//!
//! One thread with one zygote per job. Threads take the next sample as they get free; results are handed out in
//! order, and no thread runs further ahead of the slowest sample than a fixed window, so memory stays flat.

use std::collections::BTreeMap;
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
    /// A result could not be stored.
    #[error("the results could not be written: {0}")]
    Sink(#[from] io::Error),
}

/// Grades `work` with `jobs` threads and hands each result to `sink`, in order. Setting `stop` ends the run after
/// the samples in progress; what is handed out never leaves a gap.
pub fn grade_all(
    sandbox: &Sandbox,
    settings: &Settings,
    jobs: usize,
    work: &[Assignment<'_>],
    stop: &AtomicBool,
    mut sink: impl FnMut(&Graded) -> io::Result<()>,
) -> Result<(), PipelineError> {
    let queue = Queue::new(work.len());
    let dossiers = Dossiers::default();
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, work.len().max(1)) {
            let sender = sender.clone();
            let (queue, dossiers) = (&queue, &dossiers);
            let thread = thread::Builder::new().spawn_scoped(scope, move || {
                keep_to_processor();
                let grader = Grader::start(sandbox, settings, dossiers);
                work_off(grader, work, queue, stop, &sender);
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

type Sent = (usize, Result<Graded, Error>);

/// One thread's work: samples from the queue until it is empty or closed. A receiver that is gone ends it too.
fn work_off<'a>(
    grader: Result<Grader<'a>, Error>,
    work: &[Assignment<'a>],
    queue: &Queue,
    stop: &AtomicBool,
    sender: &Sender<Sent>,
) {
    let mut grader = match grader {
        Ok(grader) => grader,
        Err(error) => {
            let _ = sender.send((0, Err(error)));
            return;
        }
    };
    while !stop.load(Ordering::Relaxed) {
        let Some(index) = queue.take() else { return };
        if sender.send((index, Ok(grader.grade(work[index])))).is_err() {
            return;
        }
    }
}

fn hand_out(
    receiver: &Receiver<Sent>,
    queue: &Queue,
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

/// Indices still to be taken, never more than [`WINDOW`] ahead of what has been handed out.
struct Queue {
    state: Mutex<QueueState>,
    moved: Condvar,
}

struct QueueState {
    next: usize,
    end: usize,
    handed_out: usize,
}

impl Queue {
    fn new(end: usize) -> Self {
        let state = QueueState {
            next: 0,
            end,
            handed_out: 0,
        };
        Self {
            state: Mutex::new(state),
            moved: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, QueueState> {
        self.state
            .lock()
            .expect("no thread panics while it holds the queue")
    }

    fn take(&self) -> Option<usize> {
        let mut state = self
            .moved
            .wait_while(self.state(), |state| {
                state.next < state.end && state.next >= state.handed_out + WINDOW
            })
            .expect("no thread panics while it holds the queue");
        (state.next < state.end).then(|| {
            state.next += 1;
            state.next - 1
        })
    }

    fn handed_out(&self, count: usize) {
        self.state().handed_out = count;
        self.moved.notify_all();
    }

    fn close(&self) {
        self.state().end = 0;
        self.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_runs_further_ahead_than_the_window() {
        let queue = Queue::new(3 * WINDOW);
        for index in 0..WINDOW {
            assert_eq!(queue.take(), Some(index));
        }
        thread::scope(|scope| {
            let waiting = scope.spawn(|| queue.take());
            queue.handed_out(1);
            assert_eq!(waiting.join().unwrap(), Some(WINDOW));
        });
        queue.close();
        assert_eq!(queue.take(), None);
    }
}
