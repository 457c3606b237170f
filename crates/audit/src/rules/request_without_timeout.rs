//! B113: a web request that may wait for ever.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::{Call, Value};
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B113",
        name: "request_without_timeout",
        severity: "MEDIUM",
        cwe: Cwe(400),
        summary: "web request without a timeout; pass timeout=",
    },
    advice: Advice {
        why: "A server that never answers ties up the worker.",
        flagged: "`requests.get(url)`, `httpx.get(url, timeout=None)`",
        safer: "`requests.get(url, timeout=5)`",
        reference: "https://requests.readthedocs.io/en/latest/user/advanced/#timeouts",
    },
    triggers: &[
        Trigger::Segment("requests", check_requests),
        Trigger::Segment("httpx", check_httpx),
    ],
};

const VERBS: [&str; 7] = ["get", "options", "head", "post", "put", "patch", "delete"];
const HTTPX_ONLY: [&str; 4] = ["request", "stream", "Client", "AsyncClient"];

fn check_requests(call: &Call<'_>) -> Option<Issue> {
    if !call.name.starts_with("requests.") || !VERBS.contains(&call.last_segment()) {
        return None;
    }
    if call.keywords_break_bandit() {
        return None;
    }
    // A timeout that Bandit cannot read, such as `timeout=limit()`, counts as none.
    match call.keyword_value("timeout") {
        None | Some(Value::Unknown) => Some(issue("Call to requests without timeout")),
        Some(Value::Text("None")) => Some(issue("Call to requests with timeout set to None")),
        Some(_) => None,
    }
}

fn check_httpx(call: &Call<'_>) -> Option<Issue> {
    let name = call.last_segment();
    let sends = VERBS.contains(&name) || HTTPX_ONLY.contains(&name);
    if !call.name.starts_with("httpx.") || !sends || call.keywords_break_bandit() {
        return None;
    }
    let never = call.keyword_value("timeout") == Some(Value::Text("None"));
    never.then(|| issue("Call to httpx with timeout set to None"))
}

fn issue(message: &str) -> Issue {
    Issue::new(Severity::Medium, Confidence::Low, message)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn requests_without_a_timeout_are_flagged() {
        flags("import requests\nrequests.get(u)\n", &["B113:2:0"]);
        flags(
            "from requests import post as p\np(u, timeout=None)\n",
            &["B113:2:0"],
        );
        flags("requests.get(u, timeout=limit())\n", &["B113:1:0"]);
        flags("httpx.Client(timeout=None)\n", &["B113:1:0"]);
        assert_eq!(weight("requests.put(u)\n"), "MEDIUM/LOW");
    }

    #[test]
    fn timeouts_and_other_libraries_are_accepted() {
        accepts("requests.get(u, timeout=5)\nrequests.get(u, timeout=limit)\nhttpx.get(u)\n");
        accepts("session.get(u)\nrequests.Session()\na.requests.get(u)\n");
    }
}
