//! The sets of samples whose published verdicts are reliable, and how each is compared.

use scrl_record::CallStyle;

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
    /// Keep only problems of this style.
    pub(crate) style: Option<CallStyle>,
    /// Keep only tests with this tag.
    pub(crate) tag: Option<&'static str>,
    /// Sample file, in `samples`.
    pub(crate) samples: &'static str,
    /// Patterns of the samples that are graded; all when empty.
    pub(crate) only: &'static [&'static str],
    /// What is compared.
    pub(crate) claim: Claim,
    /// The share that must agree, in `[0, 1]`.
    pub(crate) at_least: f64,
}

/// All sets. Their tests are the publisher's, but for `mercury`, whose publisher had more, and what JSON cannot hold:
/// tuples are lists here. `mapcoder-calls` are call problems that the publisher turned into scripts.
pub(crate) const SETS: &[Set] = &[
    Set {
        name: "mapcoder-apps",
        problems: &["apps.jsonl.gz"],
        style: Some(CallStyle::Script),
        tag: None,
        samples: "mapcoder-apps.jsonl.gz",
        only: &[],
        claim: Claim::Passed,
        at_least: 0.995,
    },
    Set {
        name: "mapcoder-calls",
        problems: &["apps.jsonl.gz"],
        style: Some(CallStyle::FunctionAsStdin),
        tag: None,
        samples: "mapcoder-apps.jsonl.gz",
        only: &[],
        claim: Claim::Passed,
        at_least: 0.95,
    },
    Set {
        name: "qwen",
        problems: &["humanevalplus.jsonl.gz", "mbppplus.jsonl.gz"],
        style: None,
        tag: Some("base"),
        samples: "qwen-evalplus.jsonl.gz",
        only: &[],
        claim: Claim::BaseStatus,
        at_least: 0.98,
    },
    Set {
        name: "debugger-humaneval",
        problems: &["humanevalplus.jsonl.gz"],
        style: None,
        tag: Some("base"),
        samples: "debugger-seeds-humaneval-mbpp.jsonl.gz",
        only: &["HumanEval/*"],
        claim: Claim::Passed,
        at_least: 0.98,
    },
    Set {
        name: "mercury",
        problems: &["leetcode.jsonl.gz"],
        style: None,
        tag: None,
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
        style: None,
        tag: None,
        samples: "deepseek-appsplus-val-a.jsonl.gz",
        only: &[],
        claim: Claim::Counts,
        // All but one: the recorded verdict on `apps_plus_1098` is known to be wrong.
        at_least: 0.95,
    },
];
