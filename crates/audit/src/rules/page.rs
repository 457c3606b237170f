//! The page `docs/rules.md`, written from the rules themselves.

use std::fmt::Write as _;

use super::{RuleInfo, advice, rules};

/// Every rule with what it flags, why, and what to write instead, as Markdown. `cargo xtask rules` writes it.
pub fn rules_page() -> String {
    let mut page = String::from(
        "# Rules\n\n\
         Written by `cargo xtask rules` from the rules in `crates/audit/src/rules/`; do not edit. Several severities\n\
         mean that the arguments of the call decide. Ids, names, severities and CWE numbers are Bandit 1.9.4's.\n\n\
         | id | name | severity | CWE | flagged; what to write instead |\n|---|---|---|---|---|\n",
    );
    for rule in rules() {
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            page,
            "| [{}](#{}) | {} | {} | {} | {} |",
            rule.id,
            anchor(rule),
            rule.name,
            rule.severity,
            rule.cwe.0,
            rule.summary
        );
    }
    for rule in rules() {
        section(rule, &mut page);
    }
    page
}

fn section(rule: &RuleInfo, page: &mut String) {
    let cwe = rule.cwe.0;
    let _ = writeln!(page, "\n## {}: {}\n", rule.id, rule.name);
    let _ = writeln!(
        page,
        "Severity {}. [CWE-{cwe}](https://cwe.mitre.org/data/definitions/{cwe}.html).\n",
        rule.severity
    );
    let Some(advice) = advice(rule.id) else {
        let _ = writeln!(page, "{}.", rule.summary);
        return;
    };
    let _ = writeln!(page, "{}\n", advice.why);
    let _ = writeln!(page, "- Flagged: {}", advice.flagged);
    let _ = writeln!(page, "- Instead: {}", advice.safer);
    let _ = writeln!(page, "- Read more: <{}>", advice.reference);
}

/// What GitHub makes of the heading.
fn anchor(rule: &RuleInfo) -> String {
    format!("{}-{}", rule.id, rule.name).to_lowercase()
}
