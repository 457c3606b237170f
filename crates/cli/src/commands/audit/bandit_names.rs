//! The names that Bandit gives its tests in reports, and the pages it points to.

use scrl_record::Finding;

/// The version whose pages are pointed to.
const PAGES: &str = "https://bandit.readthedocs.io/en/1.9.4/";

/// Whether a test is a row of Bandit's lists of calls and imports.
pub(super) fn is_in_lists(id: &str) -> bool {
    (id.starts_with("B3") && id != "B324") || id.starts_with("B4")
}

/// What Bandit writes as `test_name`: the name of a function, which is not always that of the test.
pub(super) fn test_name(finding: &Finding) -> &str {
    match finding.id.as_str() {
        "B324" => "hashlib",
        "B508" => "snmp_insecure_version_check",
        "B509" => "snmp_crypto_check",
        id if is_in_lists(id) => "blacklist",
        _ => &finding.name,
    }
}

/// What Bandit writes as `more_info`; for rules of our own the page of their weakness.
pub(super) fn page(finding: &Finding) -> String {
    let id = finding.id.as_str();
    if !id.starts_with('B') {
        return weakness_page(finding);
    }
    let name = finding.name.replace('_', "-");
    if !is_in_lists(id) {
        return format!(
            "{PAGES}plugins/{}_{}.html",
            id.to_lowercase(),
            test_name(finding)
        );
    }
    let (kind, anchor) = match id {
        "B304" | "B305" => ("calls", "b304-b305-ciphers-and-modes".to_owned()),
        "B313" | "B314" | "B315" | "B316" | "B317" | "B318" | "B319" => {
            ("calls", format!("b313-b320-{name}"))
        }
        id if id.starts_with("B3") => ("calls", format!("{id}-{name}")),
        _ => ("imports", format!("{id}-{name}")),
    };
    format!(
        "{PAGES}blacklists/blacklist_{kind}.html#{}",
        anchor.to_lowercase()
    )
}

/// The page of a weakness in the Common Weakness Enumeration.
pub(super) fn weakness_page(finding: &Finding) -> String {
    format!(
        "https://cwe.mitre.org/data/definitions/{}.html",
        finding.cwe.0
    )
}
