//! `scrl corpus audit`: are the problems themselves right?
//!
//! Runs every canonical solution against its own tests, and asks how far one constant answer comes.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use scrl_corpus::{Join, weakness};
use scrl_record::{Graded, Problem, Sample, SampleId, Verdict};
use serde::Serialize;

use crate::Done;
use crate::execution::Defaults;
use crate::grading::{GradingArguments, assign};
use crate::inputs::{self, LenientArgument};

/// Weak problems listed unless all are asked for.
const WEAK_LISTED: usize = 20;

/// Run canonical solutions against their own tests, and measure how far a constant answer comes
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  scrl corpus audit --problems problems.jsonl\n\nExit code 1 when a canonical \
                        solution fails whose imports exist."
)]
pub(crate) struct Arguments {
    /// Problem files
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    problems: Vec<PathBuf>,
    /// Call a problem weak when one constant answer passes at least this share of its tests
    #[arg(long, default_value_t = 0.8, value_name = "SHARE")]
    weak: f64,
    /// List every weak problem, not only the first 20
    #[arg(long)]
    list_weak: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    lenient: LenientArgument,
    #[command(flatten)]
    grading: GradingArguments,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let problems = inputs::problems(&arguments.problems, arguments.lenient.mode())?;
    if problems.is_empty() {
        bail!("the problem files hold no problem");
    }
    let join = Join::new(problems);
    let solutions = || join.problems().iter().filter_map(solution);
    let mut graded = Vec::new();
    if solutions().next().is_some() {
        let grading = arguments.grading.prepare(Defaults::CANONICAL, None)?;
        let work = assign(solutions().map(Ok::<_, Infallible>), &join);
        grading.grade(work, solutions().count(), |record| {
            graded.push(record.clone());
            Ok(())
        })?;
    }
    let audit = Audit::of(join.problems(), &graded, arguments.weak);
    if arguments.json {
        crate::show_json(&audit)?;
    } else {
        crate::show(&audit.to_text(if arguments.list_weak {
            usize::MAX
        } else {
            WEAK_LISTED
        }))?;
    }
    Ok(if audit.gold_failed.is_empty() && audit.faults == 0 {
        Done::Well
    } else {
        Done::WithFindings
    })
}

/// The first canonical solution of a problem that has tests, as a sample of its own problem.
fn solution(problem: &Problem) -> Option<Sample> {
    let code = problem.canonical_solutions.first()?.clone();
    (!problem.tests.is_empty()).then(|| Sample {
        id: SampleId::from(problem.id.as_str()),
        problem_id: problem.id.clone(),
        model: "canonical solution".to_owned(),
        language: "python3".to_owned(),
        prompt: None,
        completion: None,
        code: Some(code),
        made_as: None,
        published: None,
        generation: None,
    })
}

/// One canonical solution that fails.
#[derive(Debug, Serialize)]
struct Failure {
    id: String,
    source: String,
    passed: u32,
    total: u32,
    /// The first failed test, from 0.
    test: usize,
    verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

#[derive(Debug, Serialize)]
struct Weak {
    id: String,
    constant_baseline: f64,
    tests: usize,
}

/// What the audit found.
#[derive(Debug, Serialize)]
struct Audit {
    problems: usize,
    without_tests: usize,
    without_solution: usize,
    gold_run: usize,
    gold_accepted: usize,
    /// Solutions that fail for want of a module that this interpreter lacks, by module.
    missing_modules: BTreeMap<String, usize>,
    faults: usize,
    gold_failed: Vec<Failure>,
    mean_constant_baseline: Option<f64>,
    constant_passes_all: usize,
    with_duplicate_tests: usize,
    weak: Vec<Weak>,
}

impl Audit {
    fn of(problems: &[Problem], graded: &[Graded], weak_share: f64) -> Self {
        let mut audit = Self {
            problems: problems.len(),
            without_tests: problems
                .iter()
                .filter(|problem| problem.tests.is_empty())
                .count(),
            without_solution: problems
                .iter()
                .filter(|problem| problem.canonical_solutions.is_empty())
                .count(),
            gold_run: graded.len(),
            gold_accepted: 0,
            missing_modules: BTreeMap::new(),
            faults: 0,
            gold_failed: Vec::new(),
            mean_constant_baseline: None,
            constant_passes_all: 0,
            with_duplicate_tests: 0,
            weak: Vec::new(),
        };
        for solution in graded {
            audit.add_solution(solution);
        }
        audit.add_weaknesses(problems, weak_share);
        audit
    }

    fn add_solution(&mut self, graded: &Graded) {
        let Some(tests) = &graded.tests else {
            self.faults += 1;
            return;
        };
        let failed = tests
            .iter()
            .enumerate()
            .find(|(_, test)| test.verdict != Verdict::Accepted);
        let Some((test, result)) = failed else {
            self.gold_accepted += 1;
            return;
        };
        if let Some(module) = result.detail.as_deref().and_then(missing_module) {
            *self.missing_modules.entry(module.to_owned()).or_default() += 1;
            return;
        }
        self.gold_failed.push(Failure {
            id: graded.problem_id.to_string(),
            source: graded.dataset.clone().unwrap_or_default(),
            passed: graded.tests_passed.unwrap_or_default(),
            total: graded.tests_total.unwrap_or_default(),
            test,
            verdict: result.verdict,
            detail: result.detail.clone(),
        });
    }

    fn add_weaknesses(&mut self, problems: &[Problem], weak_share: f64) {
        let (mut sum, mut count) = (0.0, 0_u32);
        for problem in problems {
            let weakness = weakness(problem);
            self.with_duplicate_tests += usize::from(weakness.duplicates > 0);
            let Some(constant_baseline) = weakness.constant_baseline else {
                continue;
            };
            sum += constant_baseline;
            count += 1;
            self.constant_passes_all += usize::from(weakness.is_constant());
            if constant_baseline >= weak_share {
                let (id, tests) = (problem.id.to_string(), weakness.tests);
                self.weak.push(Weak {
                    id,
                    constant_baseline,
                    tests,
                });
            }
        }
        self.weak
            .sort_by(|a, b| b.constant_baseline.total_cmp(&a.constant_baseline));
        self.mean_constant_baseline = (count > 0).then(|| sum / f64::from(count));
    }

    fn to_text(&self, weak_listed: usize) -> String {
        let missing: usize = self.missing_modules.values().sum();
        let runnable = self.gold_run - missing - self.faults;
        let share = 100.0 * self.gold_accepted as f64 / runnable.max(1) as f64;
        let mut lines = vec![
            format!(
                "problems                                {:>7}",
                self.problems
            ),
            format!(
                "  without tests                         {:>7}",
                self.without_tests
            ),
            format!(
                "  without a canonical solution          {:>7}",
                self.without_solution
            ),
            format!(
                "canonical solutions run                 {:>7}",
                self.gold_run
            ),
            format!(
                "  accepted                              {:>7}  {share:.2} % of those whose imports exist",
                self.gold_accepted
            ),
            format!(
                "  fail                                  {:>7}",
                self.gold_failed.len()
            ),
            format!("  import what is not installed          {missing:>7}"),
            format!("  lost to faults of ours                {:>7}", self.faults),
        ];
        lines.extend(
            self.missing_modules
                .iter()
                .map(|(name, n)| format!("    {n:>5}  {name}")),
        );
        if let Some(mean) = self.mean_constant_baseline {
            lines.push(format!(
                "tests that one constant answer passes   {:>6.1} %  mean over problems",
                100.0 * mean
            ));
        }
        lines.push(format!(
            "  problems it passes wholly             {:>7}",
            self.constant_passes_all
        ));
        lines.push(format!(
            "  problems called weak                  {:>7}",
            self.weak.len()
        ));
        lines.push(format!(
            "problems with repeated tests            {:>7}",
            self.with_duplicate_tests
        ));
        if !self.gold_failed.is_empty() {
            lines.push("canonical solutions that fail:".to_owned());
        }
        lines.extend(self.gold_failed.iter().map(|failure| {
            let detail = failure.detail.as_deref().unwrap_or("");
            format!(
                "  {}: {} of {} tests, test {} {} {detail}",
                failure.id, failure.passed, failure.total, failure.test, failure.verdict
            )
            .trim_end()
            .to_owned()
        }));
        if !self.weak.is_empty() {
            lines.push("weak problems, weakest first:".to_owned());
        }
        lines.extend(self.weak.iter().take(weak_listed).map(|weak| {
            let share = 100.0 * weak.constant_baseline;
            format!(
                "  {}: one answer passes {share:.0} % of {} tests",
                weak.id, weak.tests
            )
        }));
        if self.weak.len() > weak_listed {
            lines.push(format!(
                "  and {} more (--list-weak)",
                self.weak.len() - weak_listed
            ));
        }
        lines.join("\n") + "\n"
    }
}

/// The module's name in `ModuleNotFoundError: No module named 'numpy'`.
fn missing_module(detail: &str) -> Option<&str> {
    let name = detail
        .strip_prefix("ModuleNotFoundError: No module named '")?
        .strip_suffix('\'')?;
    Some(name.split('.').next().unwrap_or(name))
}
