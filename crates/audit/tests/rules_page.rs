//! `docs/rules.md` is what the rules say.

#[test]
fn the_documented_rules_are_the_rules() {
    let page = include_str!("../../../docs/rules.md");
    assert!(
        page == scrl_audit::rules_page(),
        "docs/rules.md is stale: run `cargo xtask rules`"
    );
}
