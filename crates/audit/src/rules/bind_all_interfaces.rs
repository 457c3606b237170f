//! B104: a server that listens on every interface.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::issue::Issue;
use crate::scan::{Report, Site};
use crate::syntax::Kind;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B104",
        name: "hardcoded_bind_all_interfaces",
        severity: "MEDIUM",
        cwe: Cwe(605),
        summary: "listening on every interface; bind one address",
    },
    advice: Advice {
        why: "What was meant for this machine alone can be reached from the network.",
        flagged: "`s.bind((\"0.0.0.0\", 80))`",
        safer: "`s.bind((\"127.0.0.1\", 80))`",
        reference: "https://docs.python.org/3/library/socket.html#socket.socket.bind",
    },
    triggers: &[Trigger::Node(Kind::Str, check)],
};

fn check<'a>(info: &RuleInfo, site: &Site<'_, 'a>, report: &mut Report<'a>) {
    if site.node.as_str() == Some("0.0.0.0") {
        let message = "Possible binding to all interfaces.";
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
    fn the_address_of_every_interface_is_flagged() {
        flags("s.bind(('0.0.0.0', 80))\n", &["B104:1:8"]);
        assert_eq!(weight("host = '0.0.0.0'\n"), "MEDIUM/MEDIUM");
    }

    #[test]
    fn other_addresses_are_accepted() {
        accepts("s.bind(('127.0.0.1', 80))\n'0.0.0.0'\nx = '0.0.0.0/0'\n");
    }
}
