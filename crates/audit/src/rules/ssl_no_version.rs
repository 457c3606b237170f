//! B504: `ssl.wrap_socket` without a version of TLS.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::{Call, Value};
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B504",
        name: "ssl_with_no_version",
        severity: "LOW",
        cwe: Cwe(327),
        summary: "TLS version left open; use ssl.create_default_context",
    },
    advice: Advice {
        why: "The default of old Python versions accepts broken protocols.",
        flagged: "`ssl.wrap_socket(s)`",
        safer: "`ssl.create_default_context().wrap_socket(s, server_hostname=host)`",
        reference: "https://docs.python.org/3/library/ssl.html#ssl.create_default_context",
    },
    triggers: &[Trigger::Calls(&["ssl.wrap_socket"], check)],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    if call.keywords_break_bandit() {
        return None;
    }
    // A version that Bandit cannot read counts as none.
    if !matches!(
        call.keyword_value("ssl_version"),
        None | Some(Value::Unknown)
    ) {
        return None;
    }
    let message = "ssl.wrap_socket call with no SSL/TLS protocol version specified, the default \
                   SSLv23 could be insecure, possible security issue.";
    let line = call.keyword_position("ssl_version");
    Some(Issue::new(Severity::Low, Confidence::Medium, message).on_line_of(line))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn an_open_version_is_flagged() {
        flags("ssl.wrap_socket(s)\n", &["B504:1:0"]);
        assert_eq!(weight("ssl.wrap_socket(ssl_version=f())\n"), "LOW/MEDIUM");
    }

    #[test]
    fn a_given_version_is_accepted() {
        accepts("ssl.wrap_socket(ssl_version=v)\ncontext.wrap_socket(s)\n");
    }
}
