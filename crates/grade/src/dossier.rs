//! What is found out about a problem once and holds for all answers to it.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use scrl_record::Problem;
use scrl_sandbox::FolderEntry;

use crate::cache::key::{self, Key};

/// The dossiers of the problems of a run. A problem is known by where it lies in memory, where it stays for `'p`.
#[derive(Default)]
pub struct Dossiers<'p> {
    by_address: Mutex<HashMap<usize, Arc<Dossier>>>,
    /// Invariant: a problem that does not stay for all of `'p` could leave its address to another one.
    problems: PhantomData<Mutex<&'p Problem>>,
}

impl fmt::Debug for Dossiers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dossiers").finish_non_exhaustive()
    }
}

impl<'p> Dossiers<'p> {
    /// The dossier of `problem`.
    pub(crate) fn of(&self, problem: &'p Problem) -> Arc<Dossier> {
        let address = ptr::from_ref(problem).addr();
        let mut dossiers = self
            .by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(dossiers.entry(address).or_default())
    }
}

/// One problem's.
#[derive(Debug, Default)]
pub(crate) struct Dossier {
    digest: OnceLock<Key>,
    folder: OnceLock<Vec<FolderEntry>>,
    time_limit: Mutex<Option<Duration>>,
}

impl Dossier {
    /// The hash of all that decides what is right.
    pub(crate) fn digest(&self, problem: &Problem) -> Key {
        *self.digest.get_or_init(|| key::of_problem(problem))
    }

    /// What is in the private folder of the problem's runs, as `prepare` made it the first time that it did.
    pub(crate) fn folder<E>(
        &self,
        prepare: impl FnOnce() -> Result<Vec<FolderEntry>, E>,
    ) -> Result<&[FolderEntry], E> {
        if let Some(folder) = self.folder.get() {
            return Ok(folder);
        }
        // Two threads may both make it: they make the same.
        let made = prepare()?;
        Ok(self.folder.get_or_init(|| made))
    }

    /// The time limit by the reference solutions, once one thread has found it out; the others wait for it.
    pub(crate) fn time_limit(&self) -> MutexGuard<'_, Option<Duration>> {
        self.time_limit
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
