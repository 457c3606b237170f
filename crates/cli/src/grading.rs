//! Grades a list of samples into a run folder: shared by `grade`, `quickstart` and `corpus audit`.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, bail};
use scrl_corpus::{Join, constant_baseline};
use scrl_grade::{Assignment, Settings, grade_all};
use scrl_record::{Compare, Graded, ProblemId, Sample};

use crate::execution::Execution;
use crate::progress::Progress;
use crate::run_folder::{InputFile, RunDescription};

/// This program's version, as it goes into records.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How samples are graded with `execution`.
pub(crate) fn settings(execution: &Execution, compare: Option<Compare>) -> Settings {
    Settings {
        limits: execution.limits,
        compare,
        python: execution.python.version().to_owned(),
        version: VERSION.to_owned(),
    }
}

/// What makes the results what they are.
pub(crate) fn describe(
    execution: &Execution,
    settings: &Settings,
    problems: Vec<InputFile>,
    samples: Vec<InputFile>,
) -> RunDescription {
    let walls = execution.sandbox.walls();
    RunDescription {
        scrl: settings.version.clone(),
        python: settings.python.clone(),
        level: walls.level().to_string(),
        walls: walls.standing().map(|wall| wall.to_string()).collect(),
        cpu_limit_s: settings.limits.cpu.as_secs_f64(),
        wall_limit_s: settings.limits.wall.as_secs_f64(),
        memory_limit_mib: settings.limits.memory >> 20,
        output_limit_mib: settings.limits.output >> 20,
        compare: settings.compare.map(|compare| compare.to_string()),
        problems,
        samples,
    }
}

/// Each sample with its problem.
pub(crate) fn assign<'a>(samples: &'a [Sample], join: &'a Join) -> Vec<Assignment<'a>> {
    let mut baselines: HashMap<&ProblemId, Option<f64>> = HashMap::new();
    samples
        .iter()
        .map(|sample| {
            let problem = join.find(sample);
            let constant_baseline = problem.and_then(|problem| {
                *baselines
                    .entry(&problem.id)
                    .or_insert_with(|| constant_baseline(problem))
            });
            Assignment {
                sample,
                problem,
                constant_baseline,
            }
        })
        .collect()
}

/// Grades `work`, showing progress; Ctrl-C ends it after the samples in progress.
pub(crate) fn grade(
    execution: &Execution,
    settings: &Settings,
    jobs: usize,
    work: &[Assignment<'_>],
    mut sink: impl FnMut(&Graded) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        // The second one ends the process at once.
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&stop)))
            .context("signals cannot be handled")?;
    }
    let mut progress = Progress::start("grading", "samples", work.len());
    grade_all(&execution.sandbox, settings, jobs, work, &stop, |graded| {
        sink(graded)?;
        progress.step();
        Ok(())
    })?;
    progress.finish();
    if stop.load(Ordering::Relaxed) {
        bail!("interrupted; what is graded is kept, run the same command again to go on");
    }
    Ok(())
}
