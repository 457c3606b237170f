//! The sets of samples whose published verdicts are reliable, and how each is compared.

/// What a publisher's verdict stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// `passed` of the record.
    Passed,
    /// `base_status` of the record: `EvalPlus`'s word on the base tests alone.
    BaseStatus,
    /// `tests_passed` and `tests_total` of the record: the seed's counts.
    Counts,
}

/// Samples of one publisher, the problems they answer and the agreement asked for.
#[derive(Debug)]
pub(crate) struct Set {
    /// The name on the command line.
    pub(crate) name: &'static str,
    /// Problem files, in `problems`.
    pub(crate) problems: &'static [&'static str],
    /// Keep only tests with this tag.
    pub(crate) tag: Option<&'static str>,
    /// `MBPP/` where the samples call problem `mbpp-7` `MBPP/7`.
    pub(crate) origin_prefix: Option<&'static str>,
    /// Sample file, in `samples`.
    pub(crate) samples: &'static str,
    /// Patterns of the samples that are graded; all when empty.
    pub(crate) only: &'static [&'static str],
    /// What is compared.
    pub(crate) claim: Claim,
    /// The share that must agree, in `[0, 1]`.
    pub(crate) at_least: f64,
}

/// All sets. Their tests are the publisher's, but for `mercury`, whose publisher had more.
pub(crate) const SETS: &[Set] = &[
    Set {
        name: "mapcoder-apps",
        problems: &["apps.jsonl.gz"],
        tag: None,
        origin_prefix: None,
        samples: "mapcoder-apps.jsonl.gz",
        only: &[],
        claim: Claim::Passed,
        at_least: 0.995,
    },
    Set {
        name: "qwen",
        problems: &["humanevalplus.jsonl.gz", "mbppplus.jsonl.gz"],
        tag: Some("base"),
        origin_prefix: None,
        samples: "qwen-evalplus.jsonl.gz",
        only: &[],
        claim: Claim::BaseStatus,
        at_least: 0.98,
    },
    Set {
        name: "debugger-humaneval",
        problems: &["humanevalplus.jsonl.gz"],
        tag: Some("base"),
        origin_prefix: None,
        samples: "debugger-seeds-humaneval-mbpp.jsonl.gz",
        only: &["HumanEval/*"],
        claim: Claim::Passed,
        at_least: 0.98,
    },
    Set {
        name: "debugger-mbpp",
        problems: &["mbpp.jsonl.gz"],
        tag: None,
        origin_prefix: Some("MBPP/"),
        samples: "debugger-seeds-humaneval-mbpp.jsonl.gz",
        only: &["MBPP/*"],
        claim: Claim::Passed,
        at_least: 0.98,
    },
    Set {
        name: "mercury",
        problems: &["leetcode.jsonl.gz"],
        tag: None,
        origin_prefix: None,
        samples: "mercury-leetcode.jsonl.gz",
        only: &[],
        claim: Claim::Passed,
        at_least: 0.95,
    },
    Set {
        name: "seed",
        problems: &[
            "appsplus.jsonl.gz",
            "apps.jsonl.gz",
            "leetcode.jsonl.gz",
            "gcj.jsonl.gz",
            "humanevalplus.jsonl.gz",
            "mbpp.jsonl.gz",
            "mbppplus.jsonl.gz",
            "quixbugs.jsonl.gz",
            "xcodeeval.jsonl.gz",
            "codecontests.jsonl.gz",
        ],
        tag: None,
        origin_prefix: None,
        samples: "deepseek-appsplus-val-a.jsonl.gz",
        only: &[],
        claim: Claim::Counts,
        // All but one: the recorded verdict on `apps_plus_1098` is known to be wrong.
        at_least: 0.95,
    },
];
