//! One sample in, one graded sample out.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use scrl_audit::{Mode, Module};
use scrl_record::{
    Compare, FailurePattern, Fault, FaultOwner, Graded, Kind, Level, Problem, Sample, Verdict,
    Versions,
};
use scrl_sandbox::{Error, FolderEntry, Limits, Sandbox};

use crate::cache::Cache;
use crate::dossier::{Dossier, Dossiers};
use crate::extract::{Extracted, extract};
use crate::folder::Unready;
use crate::harness::Source;
use crate::judge::compare_for;
use crate::python::NUMPY_USERS;
use crate::reference;
use crate::reward::rewards;
use crate::runner::Runner;
use crate::testing::Program;

/// How samples are graded; the same for all samples of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Limits of each test.
    pub limits: Limits,
    /// A way of comparing for all problems instead of their own.
    pub compare: Option<Compare>,
    /// Whether each test gets a process of its own, instead of one for as many as end well.
    pub isolated: bool,
    /// After which test the rest of a sample's tests is not run.
    pub stop_at: StopAt,
    /// How often each sample's tests are run, to see whether the verdicts stay the same.
    pub times: NonZeroU32,
    /// How many times as long as a problem's reference solution a program may take, if that decides; at most the limit
    /// in `limits`, which holds as well where no reference solution is accepted.
    pub reference_factor: Option<f64>,
    /// Where results are kept for later runs.
    pub cache: Option<Arc<Cache>>,
    /// The interpreter, for the record.
    pub python: String,
    /// This program's version, for the record.
    pub version: String,
}

/// After which test the rest of a sample's tests is not run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StopAt {
    /// All tests are run.
    #[default]
    Never,
    /// The first that reaches its time limit.
    TimeLimit,
    /// The first that is not accepted.
    Failure,
}

impl StopAt {
    pub(crate) fn ends_with(self, verdict: Verdict) -> bool {
        match self {
            StopAt::Never => false,
            StopAt::TimeLimit => verdict == Verdict::TimeLimit,
            StopAt::Failure => verdict != Verdict::Accepted,
        }
    }
}

/// A sample with what it answers.
#[derive(Clone, Debug)]
pub struct Assignment<'a> {
    /// The sample.
    pub sample: Sample,
    /// Its problem; absent when no problem file has it.
    pub problem: Option<&'a Problem>,
    /// Largest share of the problem's tests that one constant answer passes.
    pub constant_baseline: Option<f64>,
}

/// Grades samples one after another, with a zygote of its own.
#[derive(Debug)]
pub struct Grader<'a> {
    runner: Runner<'a>,
    sandbox: &'a Sandbox,
    settings: &'a Settings,
    dossiers: &'a Dossiers<'a>,
}

impl<'a> Grader<'a> {
    /// Starts a zygote. It ends with the calling thread, so the grader stays on it. Graders of one run share `dossiers`.
    pub fn start(
        sandbox: &'a Sandbox,
        settings: &'a Settings,
        dossiers: &'a Dossiers<'a>,
    ) -> Result<Self, Error> {
        Ok(Self {
            runner: Runner::start(sandbox, settings)?,
            sandbox,
            settings,
            dossiers,
        })
    }

    /// Grades one sample. Whatever the program does is in the record; a failure of ours is its `fault`.
    pub fn grade(&mut self, assignment: &Assignment<'a>) -> Graded {
        let Assignment {
            sample,
            problem,
            constant_baseline,
        } = assignment;
        let problem = *problem;
        let extracted = extract(sample, problem);
        let module = Module::parse(&extracted.code);
        let mut graded = self.analysed(sample, problem, &extracted, &module);
        graded.constant_baseline = *constant_baseline;
        if let Err(fault) = self.execute(sample, problem, &extracted.code, &module, &mut graded) {
            graded.fault = Some(fault);
        }
        graded.rewards = rewards(&graded);
        graded
    }

    /// What is known without running anything.
    fn analysed(
        &self,
        sample: &Sample,
        problem: Option<&Problem>,
        extracted: &Extracted,
        module: &Module,
    ) -> Graded {
        let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        // The analyzer reads Python; of another language it can say nothing.
        let findings = |mode| {
            if sample.is_python() {
                module.findings(mode)
            } else {
                Vec::new()
            }
        };
        let id = problem.map_or_else(|| sample.problem_id.clone(), |problem| problem.id.clone());
        let (model, extraction) = (sample.model.clone(), extracted.extraction.clone());
        Graded {
            dataset: problem.and_then(|problem| known(&problem.source)),
            kind: problem.map(|problem| problem.kind),
            difficulty: problem.and_then(|problem| known(&problem.difficulty)),
            cwes: problem.map_or_else(Vec::new, |problem| problem.cwes.clone()),
            made_as: sample.made_as.clone(),
            code_lines: module.code_lines(),
            parses: sample.is_python() && module.parses(),
            findings: findings(Mode::Bandit),
            strict_findings: findings(Mode::Strict),
            patterns: patterns(problem, module),
            versions: Versions {
                scrl: self.settings.version.clone(),
                python: String::new(),
            },
            ..Graded::new(sample.id.clone(), id, model, extraction)
        }
    }

    fn execute(
        &mut self,
        sample: &Sample,
        problem: Option<&'a Problem>,
        code: &str,
        module: &Module,
        graded: &mut Graded,
    ) -> Result<(), Fault> {
        if !sample.is_python() {
            let reason = format!(
                "language `{}` is not supported yet: only Python is run",
                sample.language
            );
            return Err(Fault {
                owner: FaultOwner::Sample,
                reason,
            });
        }
        self.note_circumstances(graded);
        match problem {
            Some(problem) if !problem.tests.is_empty() => {
                self.run_tests(problem, code, module, graded)
            }
            _ => {
                let compiles = self.runner.compiles(code);
                graded.compiles = Some(compiles.map_err(|error| infrastructure(&error))?);
                let reason = if problem.is_some() {
                    "the problem has no tests".to_owned()
                } else {
                    format!("problem `{}` is in no problem file", sample.problem_id)
                };
                Err(Fault {
                    owner: FaultOwner::Problem,
                    reason,
                })
            }
        }
    }

    fn note_circumstances(&self, graded: &mut Graded) {
        let walls = self.sandbox.walls();
        graded.level = Some(level(walls.level()));
        graded.walls = walls
            .standing()
            .map(|wall| wall.as_str().to_owned())
            .collect();
        graded.versions.python.clone_from(&self.settings.python);
    }

    fn run_tests(
        &mut self,
        problem: &'a Problem,
        code: &str,
        module: &Module,
        graded: &mut Graded,
    ) -> Result<(), Fault> {
        let dossier = self.dossiers.of(problem);
        let folder = self.runner.folder(problem, &dossier).map_err(unready)?;
        let ours = |error| infrastructure(&error);
        let program = self.program(problem, code, module, folder);
        let limits = self.limits(program, &dossier).map_err(ours)?;
        let program = Program { limits, ..program };
        let tested = self.runner.tested(program, &dossier).map_err(ours)?;
        let passed = tested
            .results
            .iter()
            .filter(|result| result.verdict == Verdict::Accepted)
            .count();
        graded.compiles = Some(tested.compiles);
        graded.events = tested.events.into_iter().collect();
        graded.exploits = tested.exploits;
        graded.tests_passed = Some(passed as u32);
        graded.tests_total = Some(tested.results.len() as u32);
        graded.tests = Some(tested.results);
        graded.flaky_tests = tested.flaky;
        graded.compare = Some(compare_for(problem, self.settings.compare));
        if self.settings.reference_factor.is_some() {
            graded.time_limit_ms = Some(limits.cpu.as_secs_f64() * 1e3);
        }
        Ok(())
    }

    /// `code` on the tests of `problem`, with the limits of all problems.
    fn program<'t>(
        &self,
        problem: &'t Problem,
        code: &'t str,
        module: &Module,
        folder: Option<&'t [FolderEntry]>,
    ) -> Program<'t> {
        Program {
            source: Source {
                preamble: &problem.preamble,
                code,
            },
            uses_numpy: uses_numpy(module) || uses_numpy(&Module::parse(&problem.preamble)),
            problem,
            call: uncalled_entry(problem, module),
            compare: compare_for(problem, self.settings.compare),
            limits: self.settings.limits,
            folder,
        }
    }

    /// The limits of each test of the problem that `program` answers, whose dossier it is.
    fn limits(&mut self, program: Program<'_>, dossier: &Dossier) -> Result<Limits, Error> {
        let most = program.limits;
        let Some(factor) = self.settings.reference_factor else {
            return Ok(most);
        };
        let mut known = dossier.time_limit();
        let limit = match *known {
            Some(limit) => limit,
            None => self
                .slowest_of_reference(program, dossier)?
                .map_or(most.cpu, |slowest| {
                    reference::limit(slowest, factor, most.cpu)
                }),
        };
        *known = Some(limit);
        Ok(most.with_cpu(limit))
    }

    /// What the slowest test of the first reference solution that is accepted takes; absent where none is.
    fn slowest_of_reference(
        &mut self,
        program: Program<'_>,
        dossier: &Dossier,
    ) -> Result<Option<Duration>, Error> {
        let problem = program.problem;
        for code in problem.canonical_solutions.iter().take(reference::TRIED) {
            let solution = self.program(problem, code, &Module::parse(code), program.folder);
            let tested = self.runner.tested(solution, dossier)?;
            if tested.is_accepted() {
                return Ok(Some(tested.slowest));
            }
        }
        Ok(None)
    }
}

fn uses_numpy(module: &Module) -> bool {
    NUMPY_USERS.iter().any(|name| module.imports(name))
}

fn unready(unready: Unready) -> Fault {
    let Unready { owner, reason } = unready;
    Fault { owner, reason }
}

fn infrastructure(error: &Error) -> Fault {
    Fault {
        owner: FaultOwner::Infrastructure,
        reason: error.to_string(),
    }
}

fn level(level: scrl_sandbox::Level) -> Level {
    match level {
        scrl_sandbox::Level::A => Level::A,
        scrl_sandbox::Level::B => Level::B,
        scrl_sandbox::Level::C => Level::C,
        scrl_sandbox::Level::D => Level::D,
    }
}

/// The function that wraps a program for standard input, if the program only defines it. APPS+ asks for
/// `def NAME():` with the program inside; nothing of it runs until somebody calls it.
///
/// A program that defines it twice, by repeating the prompt's empty function and writing another, is run as it
/// stands: so the seed's recorded verdicts were made.
fn uncalled_entry<'p>(problem: &'p Problem, module: &Module) -> Option<&'p str> {
    let entry = problem
        .entry_point
        .as_deref()
        .filter(|_| problem.kind == Kind::Stdin)?;
    let outline = module.outline();
    let mut definitions = outline.functions.iter().filter(|f| f.name == entry);
    let is_plain = definitions.next()?.parameters == 0 && definitions.next().is_none();
    (is_plain && !module.calls(entry)).then_some(entry)
}

/// The failure patterns a program shows, told from its syntax.
fn patterns(problem: Option<&Problem>, module: &Module) -> Vec<FailurePattern> {
    let outline = module.outline();
    if !outline.has_code {
        return vec![FailurePattern::NoCode];
    }
    let mut patterns = Vec::new();
    let Some(problem) = problem else {
        return patterns;
    };
    let entry = problem.entry_point.as_deref();
    let defined = entry.is_some_and(|entry| outline.defines(entry));
    let name = entry.map(|entry| entry.rsplit('.').next().unwrap_or(entry));
    let functions = || {
        outline
            .functions
            .iter()
            .chain(outline.classes.iter().flat_map(|class| &class.methods))
    };
    if defined && functions().any(|f| Some(f.name.as_str()) == name && f.is_empty_body) {
        patterns.push(FailurePattern::EmptyBody);
        if outline.module_level_work {
            patterns.push(FailurePattern::ModuleLevelSolution);
        }
    }
    if problem.kind == Kind::Call && !defined {
        patterns.push(FailurePattern::EntryPointMismatch);
    }
    if problem.kind == Kind::Stdin && !outline.prints {
        patterns.push(FailurePattern::MissingPrint);
    }
    patterns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped() -> Problem {
        let record = r#"{"id": "p", "kind": "stdin", "entry_point": "solve"}"#;
        serde_json::from_str(record).unwrap()
    }

    fn is_called(code: &str) -> bool {
        uncalled_entry(&wrapped(), &Module::parse(code)).is_some()
    }

    #[test]
    fn a_wrapped_program_that_nobody_calls_is_called() {
        assert!(is_called("def solve():\n    print(1)\n"));
        assert!(is_called(
            "import sys\ndef solve():\n    if sys.argv:\n        solve()\n"
        ));
    }

    #[test]
    fn a_script_is_run_as_it_stands() {
        assert!(!is_called("def solve():\n    print(1)\nsolve()\n"));
        assert!(!is_called(
            "def solve():\n    print(1)\nif __name__ == '__main__':\n    solve()\n"
        ));
        assert!(!is_called("def solve(n):\n    print(n)\n"));
        assert!(!is_called("def main():\n    print(1)\nmain()\n"));
        assert!(!is_called(
            "def solve():\n    'what to do'\ndef solve():\n    print(1)\n"
        ));
    }

    #[test]
    fn patterns_are_told_from_the_syntax() {
        let of = |code: &str| patterns(Some(&wrapped()), &Module::parse(code));
        assert_eq!(of("# nothing\n"), [FailurePattern::NoCode]);
        assert_eq!(
            of("def solve():\n    pass\nprint(1)\n"),
            [
                FailurePattern::EmptyBody,
                FailurePattern::ModuleLevelSolution
            ]
        );
        assert_eq!(of("x = int(input())\n"), [FailurePattern::MissingPrint]);
        assert_eq!(of("print(1)\n"), []);
    }
}
