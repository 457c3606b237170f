//! B101: `assert` checks nothing when Python runs with `-O`.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::issue::Issue;
use crate::pattern::matches_pattern;
use crate::scan::{Report, Site};
use crate::syntax::Kind;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B101",
        name: "assert_used",
        severity: "LOW",
        cwe: Cwe(703),
        summary: "assert vanishes under -O; raise an exception instead",
    },
    advice: Advice {
        why: "A test of input or of rights that is written as an assertion disappears from optimised byte code.",
        flagged: "`assert user.is_admin`",
        safer: "`if not user.is_admin: raise PermissionError`",
        reference: "https://docs.python.org/3/reference/simple_stmts.html#the-assert-statement",
    },
    triggers: &[Trigger::Node(Kind::Assert, check)],
};

fn check<'a>(info: &RuleInfo, site: &Site<'_, 'a>, report: &mut Report<'a>) {
    let accepted = &report.settings.assert_skips;
    if accepted
        .iter()
        .any(|pattern| matches_pattern(report.file, pattern))
    {
        return;
    }
    let message = "Use of assert detected. The enclosed code will be removed when compiling to \
                   optimised byte code.";
    report.add(
        info,
        site,
        Issue::new(Severity::Low, Confidence::High, message),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn every_assert_is_flagged() {
        flags(
            "assert x\nif y:\n    assert (x,\n        y), 'z'\n",
            &["B101:1:0", "B101:3:4"],
        );
        assert_eq!(weight("assert x\n"), "LOW/HIGH");
    }

    #[test]
    fn exceptions_are_accepted() {
        accepts("if not x:\n    raise ValueError('x')\nself.assertTrue(x)\n");
    }
}
