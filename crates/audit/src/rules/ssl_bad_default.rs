//! B503: a broken version of TLS as the default of a parameter.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::issue::Issue;
use crate::scan::{Report, Site};
use crate::syntax::{Expr, Kind, Node, Stmt};

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B503",
        name: "ssl_with_bad_defaults",
        severity: "MEDIUM",
        cwe: Cwe(327),
        summary: "broken SSL or TLS version as a default; use PROTOCOL_TLS_CLIENT",
    },
    advice: Advice {
        why: "Callers that forget the argument use a protocol that can be read or changed on the way.",
        flagged: "`def connect(version=ssl.PROTOCOL_SSLv3)`",
        safer: "`def connect(version=ssl.PROTOCOL_TLS_CLIENT)`",
        reference: "https://docs.python.org/3/library/ssl.html#protocol-versions",
    },
    triggers: &[Trigger::Node(Kind::FunctionDef, check)],
};

fn check<'a>(info: &RuleInfo, site: &Site<'_, 'a>, report: &mut Report<'a>) {
    let Node::Stmt(Stmt::FunctionDef(def)) = site.node else {
        return;
    };
    let bad = &report.settings.bad_protocol_versions;
    let positional = def
        .parameters
        .posonlyargs
        .iter()
        .chain(&def.parameters.args);
    let is_bad = |default: &Expr| match default {
        Expr::Attribute(attribute) => bad.iter().any(|name| *name == *attribute.attr),
        _ => false,
    };
    if positional
        .filter_map(|parameter| parameter.default.as_deref())
        .any(is_bad)
    {
        let message = "Function definition identified with insecure SSL/TLS protocol version by \
                       default, possible security issue.";
        report.add(
            info,
            site,
            Issue::new(Severity::Medium, Confidence::Medium, message),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn broken_defaults_are_flagged_once() {
        flags(
            "def f(a=ssl.PROTOCOL_SSLv2, /, b=x.y.SSLv3_METHOD): pass\n",
            &["B503:1:0"],
        );
        assert_eq!(weight("def f(v=S.TLSv1_METHOD): pass\n"), "MEDIUM/MEDIUM");
    }

    #[test]
    fn other_defaults_are_accepted() {
        accepts("def f(v=PROTOCOL_SSLv2): pass\ndef f(*, v=ssl.PROTOCOL_SSLv2): pass\n");
        accepts("async def f(v=ssl.PROTOCOL_SSLv2): pass\ndef f(v=ssl.PROTOCOL_TLS): pass\n");
    }
}
