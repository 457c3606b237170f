//! The table of strict rules in `docs/analyzer.md` is the table of the code.

use scrl_audit::strict_rules;

#[test]
fn the_documented_strict_rules_are_the_rules() {
    let page = include_str!("../../../docs/analyzer.md");
    let documented: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| S") && line.as_bytes()[3].is_ascii_digit())
        .collect();
    let row = |rule: &scrl_audit::StrictRule| {
        format!(
            "| {} | {} | {} | {} | {} | {} |",
            rule.id, rule.name, rule.severity, rule.cwe.0, rule.why, rule.fix
        )
    };
    let expected: Vec<String> = strict_rules().iter().map(row).collect();
    assert_eq!(
        documented,
        expected,
        "paste these rows:\n{}",
        expected.join("\n")
    );
}
