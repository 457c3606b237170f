//! B502: a call that asks for a broken version of TLS.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::{Call, Value};
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B502",
        name: "ssl_with_bad_version",
        severity: "MEDIUM, HIGH",
        cwe: Cwe(327),
        summary: "broken SSL or TLS version; ask for PROTOCOL_TLS_CLIENT",
    },
    advice: Advice {
        why: "What these versions encrypt can be read or changed on the way.",
        flagged: "`ssl.wrap_socket(s, ssl_version=ssl.PROTOCOL_SSLv3)`",
        safer: "`ssl.create_default_context().wrap_socket(s, server_hostname=host)`",
        reference: "https://docs.python.org/3/library/ssl.html#protocol-versions",
    },
    triggers: &[
        Trigger::Keyword("ssl_version", check_ssl_version),
        Trigger::Keyword("method", check_method),
    ],
};

fn check_ssl_version(call: &Call<'_>) -> Option<Issue> {
    match call.name {
        "pyOpenSSL.SSL.Context" => None,
        "ssl.wrap_socket" => is_bad(call, "ssl_version").then(|| {
            certain(
                call,
                "ssl_version",
                "ssl.wrap_socket call with insecure SSL/TLS protocol version identified, security \
                 issue.",
            )
        }),
        // One finding a call: the other check has it.
        _ if is_bad(call, "method") => None,
        _ => is_bad(call, "ssl_version").then(|| possible(call)),
    }
}

fn check_method(call: &Call<'_>) -> Option<Issue> {
    match call.name {
        "ssl.wrap_socket" => None,
        "pyOpenSSL.SSL.Context" => is_bad(call, "method").then(|| {
            certain(
                call,
                "method",
                "SSL.Context call with insecure SSL/TLS protocol version identified, security issue.",
            )
        }),
        _ => is_bad(call, "method").then(|| possible(call)),
    }
}

fn is_bad(call: &Call<'_>, keyword: &str) -> bool {
    let Some(Value::Text(version)) = call.keyword_value(keyword) else {
        return false;
    };
    let bad = &call.settings.bad_protocol_versions;
    bad.iter().any(|name| name == version) && !call.keywords_break_bandit()
}

fn certain(call: &Call<'_>, keyword: &str, message: &str) -> Issue {
    let line = call.keyword_position(keyword);
    Issue::new(Severity::High, Confidence::High, message).on_line_of(line)
}

fn possible(call: &Call<'_>) -> Issue {
    let message =
        "Function call with insecure SSL/TLS protocol identified, possible security issue.";
    let line = call.keyword_position("method");
    Issue::new(Severity::Medium, Confidence::Medium, message)
        .on_line_of(line.or_else(|| call.keyword_position("ssl_version")))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn broken_versions_are_flagged_once() {
        flags(
            "ssl.wrap_socket(\n  ssl_version=ssl.PROTOCOL_SSLv3)\n",
            &["B502:2:0"],
        );
        flags(
            "f(method=TLSv1_METHOD, ssl_version='SSLv2_METHOD')\n",
            &["B502:1:0"],
        );
        assert_eq!(
            weight("pyOpenSSL.SSL.Context(method=SSL.SSLv2_METHOD)\n"),
            "HIGH/HIGH"
        );
        assert_eq!(weight("f(ssl_version=PROTOCOL_TLSv1)\n"), "MEDIUM/MEDIUM");
    }

    #[test]
    fn sound_versions_are_accepted() {
        accepts("f(ssl_version=ssl.PROTOCOL_TLS)\nf(method='GET')\nf(ssl.PROTOCOL_SSLv3)\n");
    }
}
