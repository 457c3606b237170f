//! `docs/families.md` is what the families say.

#[test]
fn the_documented_families_are_the_families() {
    let page = include_str!("../../../docs/families.md");
    assert!(
        page == scrl_curriculum::families_page(),
        "docs/families.md is stale: run `cargo xtask families`"
    );
}
