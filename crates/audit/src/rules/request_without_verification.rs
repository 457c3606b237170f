//! B501: a web request that trusts any certificate.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::{Call, Value};
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B501",
        name: "request_with_no_cert_validation",
        severity: "HIGH",
        cwe: Cwe(295),
        summary: "certificate not verified; leave verify on",
    },
    advice: Advice {
        why: "Whoever sits on the way can pose as the server.",
        flagged: "`requests.get(url, verify=False)`",
        safer: "`requests.get(url)`, `requests.get(url, verify=\"/path/to/ca.pem\")`",
        reference: "https://requests.readthedocs.io/en/latest/user/advanced/#ssl-cert-verification",
    },
    triggers: &[Trigger::Keyword("verify", check)],
};

const VERBS: [&str; 7] = ["get", "options", "head", "post", "put", "patch", "delete"];
const HTTPX_ONLY: [&str; 4] = ["request", "stream", "Client", "AsyncClient"];

fn check(call: &Call<'_>) -> Option<Issue> {
    let (library, function) = (call.first_segment(), call.last_segment());
    let sends = match library {
        "requests" => VERBS.contains(&function),
        "httpx" => VERBS.contains(&function) || HTTPX_ONLY.contains(&function),
        _ => false,
    };
    if !sends || call.keywords_break_bandit() {
        return None;
    }
    if call.keyword_value("verify") != Some(Value::Text("False")) {
        return None;
    }
    let message = format!(
        "Call to {library} with verify=False disabling SSL certificate checks, security issue."
    );
    let line = call.keyword_position("verify");
    Some(Issue::new(Severity::High, Confidence::High, message).on_line_of(line))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn certificates_that_are_not_checked_are_flagged() {
        flags(
            "requests.get(u, timeout=1,\n  verify=False)\n",
            &["B501:2:0"],
        );
        assert_eq!(weight("httpx.AsyncClient(verify=False)\n"), "HIGH/HIGH");
    }

    #[test]
    fn checked_certificates_are_accepted() {
        accepts("requests.get(u, timeout=1, verify=True)\nhttpx.get(u, verify=ca)\n");
        accepts("session.get(u, verify=False)\nrequests.Session(verify=False)\n");
    }
}
