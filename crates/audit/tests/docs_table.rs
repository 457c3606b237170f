//! The table in `docs/analyzer.md` is the table of the code.

use scrl_audit::rules;

#[test]
fn the_documented_rules_are_the_rules() {
    let page = include_str!("../../../docs/analyzer.md");
    let documented: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| B"))
        .collect();
    let row = |rule: &scrl_audit::RuleInfo| {
        format!(
            "| {} | {} | {} | {} | {} |",
            rule.id, rule.name, rule.severity, rule.cwe.0, rule.summary
        )
    };
    let expected: Vec<String> = rules().iter().map(row).collect();
    assert_eq!(
        documented,
        expected,
        "paste these rows:\n{}",
        expected.join("\n")
    );
}
