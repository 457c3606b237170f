//! Runs programs on the tests of their problems, or takes what they gave from the cache.

use std::collections::BTreeSet;

use scrl_record::{Problem, TestResult};
use scrl_sandbox::{Error, FolderEntry, Limits, Sandbox};

use crate::cache::key::{self, Hash, Key};
use crate::cache::{self, Cache};
use crate::dossier::Dossier;
use crate::exploit;
use crate::folder::{self, Unready};
use crate::grader::Settings;
use crate::harness::{self, Task};
use crate::testing::{Program, Tested, Testing};
use crate::workers::Workers;

/// Zygotes, and the cache if there is one.
#[derive(Debug)]
pub(crate) struct Runner<'a> {
    workers: Workers<'a>,
    sandbox: &'a Sandbox,
    settings: &'a Settings,
    store: Option<Store<'a>>,
}

/// The cache, with what all keys of this run begin with.
#[derive(Debug)]
struct Store<'a> {
    cache: &'a Cache,
    run: Hash,
}

impl<'a> Runner<'a> {
    pub(crate) fn start(sandbox: &'a Sandbox, settings: &'a Settings) -> Result<Self, Error> {
        let store = settings.cache.as_deref().map(|cache| Store {
            cache,
            run: key::of_run(cache.interpreter(), sandbox, settings),
        });
        Ok(Self {
            workers: Workers::start(sandbox)?,
            sandbox,
            settings,
            store,
        })
    }

    /// Runs `program` on its tests, as often as the settings say; `dossier` is that of its problem. An error is a failure
    /// of ours.
    pub(crate) fn tested(
        &mut self,
        program: Program<'_>,
        dossier: &Dossier,
    ) -> Result<Tested, Error> {
        let Some(store) = &self.store else {
            return self.run(program);
        };
        let cache = store.cache;
        let key = key::of_program(&store.run, &dossier.digest(program.problem), &program);
        if let Some(tested) = cache.get(&key) {
            return Ok(tested);
        }
        let tested = self.run(program)?;
        if self.is_lasting(&tested, &program.limits) {
            cache.put(&key, &tested);
        }
        Ok(tested)
    }

    /// What is in the private folder of the runs of `problem`, whose dossier it is; nothing where it has no files.
    pub(crate) fn folder<'d>(
        &mut self,
        problem: &Problem,
        dossier: &'d Dossier,
    ) -> Result<Option<&'d [FolderEntry]>, Unready> {
        if problem.files.is_empty() {
            return Ok(None);
        }
        let (worker, limits) = (self.workers.plain(), &self.settings.limits);
        let made = dossier.folder(|| folder::entries(problem, worker, limits));
        made.map(Some)
    }

    /// Whether the interpreter compiles `code`.
    pub(crate) fn compiles(&mut self, code: &str) -> Result<bool, Error> {
        let stored = self.store.as_ref().map(|store| {
            let key = key::of_compiling(&store.run, code, &self.settings.limits);
            (store.cache, key)
        });
        let known = |(cache, key): &(&Cache, Key)| cache.get(key);
        if let Some(compiles) = stored.as_ref().and_then(known) {
            return Ok(compiles);
        }
        let limits = &self.settings.limits;
        let ran = harness::run(self.workers.plain(), code, Task::Compile, limits)?;
        // What has not said so may have run out of time.
        if let (Some(compiles), Some((cache, key))) = (ran.compiles, &stored) {
            cache.put(key, &compiles);
        }
        Ok(ran.compiles == Some(true))
    }

    fn run(&mut self, program: Program<'_>) -> Result<Tested, Error> {
        let worker = self.workers.of(&program)?;
        let mut tested = Testing::new(worker, self.settings, program).finish()?;
        let mut flaky = BTreeSet::new();
        for _ in 1..self.settings.times.get() {
            let again = Testing::new(worker, self.settings, program).finish()?;
            flaky.extend(differing(&tested.results, &again.results));
        }
        if self.settings.times.get() > 1 {
            tested.flaky = Some(flaky.into_iter().collect());
        }
        let attacks = &program.problem.exploit_tests;
        if !attacks.is_empty() {
            // What does not work yet has nothing to protect.
            tested.exploits = Some(if tested.passes_all() {
                exploit::attack(worker, program)?
            } else {
                exploit::not_run(attacks)
            });
        }
        Ok(tested)
    }

    fn is_lasting(&self, tested: &Tested, limits: &Limits) -> bool {
        let clock = self.sandbox.clock();
        let lasts = |result| cache::is_lasting(result, limits, clock);
        let by_time = tested.exploits.as_deref().is_some_and(exploit::met_a_limit);
        !tested.is_flaky() && !by_time && tested.results.iter().all(lasts)
    }
}

/// The tests that ended differently.
fn differing<'r>(
    once: &'r [TestResult],
    again: &'r [TestResult],
) -> impl Iterator<Item = u32> + 'r {
    let pairs = (0..).zip(once.iter().zip(again));
    pairs.filter_map(|(at, (a, b))| (a.verdict != b.verdict).then_some(at))
}
