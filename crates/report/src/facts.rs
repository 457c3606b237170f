//! What one graded sample says, in the yes, no or unknown that measures count.

use scrl_record::{FaultOwner, Finding, Graded, Verdict};

/// Whether the analyzer could read it: of an answer in another language nothing is known but that it is there.
pub(crate) fn readable(sample: &Graded) -> bool {
    sample
        .fault
        .as_ref()
        .is_none_or(|fault| fault.owner != FaultOwner::Sample)
}

/// Whether it is known to compile: the interpreter's word, else the parser's.
pub(crate) fn compiles(sample: &Graded) -> bool {
    sample.compiles.unwrap_or(sample.parses)
}

/// Whether it compiles; absent when it could not be read.
pub(crate) fn compile_verdict(sample: &Graded) -> Option<bool> {
    readable(sample).then(|| compiles(sample))
}

/// S: whether it is secure; absent when it could not be read.
pub(crate) fn secure(sample: &Graded) -> Option<bool> {
    readable(sample).then(|| sample.secure())
}

/// Tests passed and tests run; absent when none ran.
pub(crate) fn tests(sample: &Graded) -> Option<(u32, u32)> {
    let (passed, total) = (sample.tests_passed?, sample.tests_total?);
    // A record of no tests says nothing, though `0 == 0` would call it passed.
    (total > 0).then_some((passed.min(total), total))
}

/// F: whether every test passed; absent when none ran.
pub(crate) fn functional(sample: &Graded) -> Option<bool> {
    tests(sample)?;
    sample.functional()
}

/// F and S: works and is safe; absent when no test ran.
pub(crate) fn functional_and_secure(sample: &Graded) -> Option<bool> {
    Some(functional(sample)? && sample.secure())
}

/// F and S, of the samples with F.
pub(crate) fn secure_if_functional(sample: &Graded) -> Option<bool> {
    functional(sample)?.then(|| sample.secure())
}

/// Whether the strict analysis, the sandbox or an exploit test caught something; absent when it could not be read. Not the
/// opposite of S: code that does not parse is neither secure nor shown to be vulnerable.
pub(crate) fn vulnerable(sample: &Graded) -> Option<bool> {
    let caught = Source::SECURITY.iter().any(|source| source.caught(sample));
    readable(sample).then_some(caught)
}

/// Who can say that a program is insecure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The analyzer as Bandit has it, which S does not ask.
    Bandit,
    Strict,
    /// Calls that the sandbox denied in the functional tests.
    Events,
    Exploits,
}

impl Source {
    pub(crate) const ALL: [Source; 4] = [
        Source::Bandit,
        Source::Strict,
        Source::Events,
        Source::Exploits,
    ];
    /// Those that decide S.
    pub(crate) const SECURITY: [Source; 3] = [Source::Strict, Source::Events, Source::Exploits];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Source::Bandit => "bandit",
            Source::Strict => "strict",
            Source::Events => "events",
            Source::Exploits => "exploits",
        }
    }

    pub(crate) fn caught(self, sample: &Graded) -> bool {
        match self {
            Source::Bandit => !sample.findings.is_empty(),
            Source::Strict => !sample.strict_findings.is_empty(),
            Source::Events => !sample.events.is_empty(),
            Source::Exploits => sample.exploited() == Some(true),
        }
    }

    /// Whether it is the only one of [`Source::SECURITY`] that caught the sample.
    pub(crate) fn caught_alone(self, sample: &Graded) -> bool {
        Self::SECURITY
            .iter()
            .all(|source| source.caught(sample) == (*source == self))
    }
}

/// Whether a test of a compiling sample ended in a run-time error; absent when verdicts are not recorded.
pub(crate) fn crashes(sample: &Graded) -> Option<bool> {
    let results = sample.tests.as_ref().filter(|_| compiles(sample))?;
    (!results.is_empty()).then(|| verdict_count(sample, Verdict::RuntimeError) > 0)
}

/// How many tests ended so.
pub(crate) fn verdict_count(sample: &Graded, verdict: Verdict) -> usize {
    let results = sample.tests.iter().flatten();
    results.filter(|result| result.verdict == verdict).count()
}

/// The two ways of analysing, whose findings are never added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Bandit,
    Strict,
}

impl Mode {
    pub(crate) const ALL: [Mode; 2] = [Mode::Bandit, Mode::Strict];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Mode::Bandit => "bandit",
            Mode::Strict => "strict",
        }
    }

    pub(crate) fn findings(self, sample: &Graded) -> &[Finding] {
        match self {
            Mode::Bandit => &sample.findings,
            Mode::Strict => &sample.strict_findings,
        }
    }
}

/// The rewards, by the names of `docs/measures.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reward {
    Seed,
    Staged,
    Gated,
    Binary,
}

impl Reward {
    pub(crate) const ALL: [Reward; 4] =
        [Reward::Seed, Reward::Staged, Reward::Gated, Reward::Binary];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Reward::Seed => "seed",
            Reward::Staged => "staged",
            Reward::Gated => "gated",
            Reward::Binary => "binary",
        }
    }

    /// The recorded value; absent when it was not measured or is no number.
    pub(crate) fn of(self, sample: &Graded) -> Option<f64> {
        let rewards = &sample.rewards;
        let value = match self {
            Reward::Seed => rewards.seed,
            Reward::Staged => rewards.staged,
            Reward::Gated => rewards.gated,
            Reward::Binary => rewards.binary,
        };
        value.filter(|value| value.is_finite())
    }
}
