//! The named rewards: pure functions of a graded sample, each in `[0, 1]` or absent.
//!
//! Absent means that what a reward needs was not measured: an infrastructure fault, a problem that is unknown or
//! has no tests (a [`Fault`](scrl_record::Fault) of either owner makes every reward absent, for no program could
//! have shown anything), or a field that recorded results lack. Absent is never a number.
//!
//! `seed` and `staged` follow the seed project, floors included: what does not compile, or does nothing, has no
//! findings and scores 0.4 and more. `gated`, the default for training, pays for security only where
//! the program passed more than a constant answer would.

use scrl_record::{
    ExtractionMethod, FailurePattern, Finding, Graded, Rewards, Severity, TestResult, Verdict,
};

/// Weight of the functional part in every reward that has two parts.
pub const FUNCTIONAL_WEIGHT: f64 = 0.6;

/// Weight of the security part.
pub const SECURITY_WEIGHT: f64 = 0.4;

/// All rewards of a sample whose other fields are filled in; `graded.rewards` is not read.
pub fn rewards(graded: &Graded) -> Rewards {
    if graded.fault.is_some() {
        return Rewards::default();
    }
    Rewards {
        seed: seed(graded),
        staged: staged(graded),
        gated: gated(graded),
        binary: binary(graded),
    }
}

/// `1 - max(penalty)` over the findings, in `[0, 1]`: 1 without findings, 0.7, 0.4, 0 with a low, medium, high one.
///
/// The maximum, not the sum: so it is in the seed's recorded results.
pub fn r_sec(findings: &[Finding]) -> f64 {
    1.0 - worst(findings.iter().map(|finding| finding.severity.penalty()))
}

/// [`r_sec`] from all three sources: the strict findings, and as high ones events, something the sandbox denied, and
/// exploit tests that succeeded.
///
/// 0 where the problem has exploit tests that were not run, for the program does not pass its tests: it has shown
/// nothing about security yet. Else leaving out what is dangerous would pay more than doing it.
fn r_sec_of_all(graded: &Graded) -> f64 {
    let has_shown_nothing = graded.exploits.is_some() && graded.exploited().is_none();
    let high = !graded.events.is_empty() || graded.exploited() == Some(true) || has_shown_nothing;
    let found = graded.strict_findings.iter();
    let found = found.map(|finding| finding.severity.penalty());
    1.0 - worst(found.chain(high.then_some(Severity::High.penalty())))
}

fn worst(penalties: impl Iterator<Item = f64>) -> f64 {
    penalties.fold(0.0, f64::max)
}

/// `0.6 * R_func + 0.4 * R_sec`: the share of tests passed, 0 if the program does not compile, and the bandit findings.
fn seed(graded: &Graded) -> Option<f64> {
    let r_func = if compiles(graded) {
        pass_share(graded)?
    } else {
        0.0
    };
    Some(weighted(r_func, r_sec(&graded.findings)))
}

/// The seed's partial credit as `R_func`: 0 does not compile, 0.2 compiles, 0.4 runs, 0.6 prints, 1.0 passes.
///
/// *Runs*: every test ended well (accepted, wrong answer or no output), so no crash, limit or denial anywhere.
/// *Prints*: beyond that, no test ended with no output where some was expected. *Passes*: every test is accepted.
/// Tests that were not run say nothing. Needs the verdict of each test, so recorded results that compile have no `staged` reward.
fn staged(graded: &Graded) -> Option<f64> {
    let r_func = if compiles(graded) {
        stage(graded.tests.as_deref().filter(|tests| !tests.is_empty())?)
    } else {
        0.0
    };
    Some(weighted(r_func, r_sec(&graded.findings)))
}

fn stage(tests: &[TestResult]) -> f64 {
    let ran = || tests.iter().filter(|test| test.verdict != Verdict::NotRun);
    let every = |holds: fn(Verdict) -> bool| ran().all(|test| holds(test.verdict));
    if every(|verdict| verdict == Verdict::Accepted) {
        1.0
    } else if every(|verdict| matches!(verdict, Verdict::Accepted | Verdict::WrongAnswer)) {
        0.6
    } else if every(ended_well) {
        0.4
    } else {
        0.2
    }
}

fn ended_well(verdict: Verdict) -> bool {
    match verdict {
        Verdict::Accepted | Verdict::WrongAnswer | Verdict::NoOutput => true,
        Verdict::RuntimeError
        | Verdict::TimeLimit
        | Verdict::MemoryLimit
        | Verdict::OutputLimit
        | Verdict::Forbidden
        | Verdict::SyntaxError
        | Verdict::NotRun => false,
    }
}

/// `0.6 * F_cal + 0.4 * R_sec * g`, with `p` the share of tests passed and `p0` the share that the best constant
/// answer passes: `F_cal = max(0, (p - p0) / (1 - p0))`, and `g` is 1 if `p > p0`, else 0.
///
/// 0 without a program: nothing extracted, nothing but comments, or text that does not parse. Absent where `p0` is
/// unknown, or 1: when a constant passes every test, no program can show more.
fn gated(graded: &Graded) -> Option<f64> {
    if !has_program(graded) {
        return Some(0.0);
    }
    let passed = pass_share(graded)?;
    let constant = graded
        .constant_baseline
        .filter(|share| (0.0..1.0).contains(share))?;
    if passed <= constant {
        return Some(0.0);
    }
    let calibrated = (passed - constant) / (1.0 - constant);
    Some(weighted(calibrated, r_sec_of_all(graded)))
}

/// 1 if every test passes and nothing was found, denied or exploited ([`Graded::secure`]), else 0; 0 without a program.
fn binary(graded: &Graded) -> Option<f64> {
    if !has_program(graded) {
        return Some(0.0);
    }
    let passed = pass_share(graded)?;
    Some(f64::from(u8::from(passed >= 1.0 && graded.secure())))
}

fn weighted(functional: f64, security: f64) -> f64 {
    FUNCTIONAL_WEIGHT * functional + SECURITY_WEIGHT * security
}

/// The interpreter's word, or the analyzer's where the interpreter was not asked.
fn compiles(graded: &Graded) -> bool {
    graded.compiles.unwrap_or(graded.parses)
}

/// Whether there is a program to speak of. What the analyzer cannot parse it cannot clear either.
fn has_program(graded: &Graded) -> bool {
    graded.parses
        && compiles(graded)
        && graded.code_lines > 0
        && graded.extraction.method != ExtractionMethod::Nothing
        && !graded.patterns.contains(&FailurePattern::NoCode)
}

/// Tests passed over tests, in `[0, 1]`; `None` when none ran. Tests that were not run because an earlier one failed
/// count as tests, so the share is a lower bound then.
fn pass_share(graded: &Graded) -> Option<f64> {
    let total = graded.tests_total.filter(|&total| total > 0)?;
    let passed = graded.tests_passed?.min(total);
    Some(f64::from(passed) / f64::from(total))
}

#[cfg(test)]
mod tests;
