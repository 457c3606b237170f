//! `cargo xtask rules`: writes `docs/rules.md`.

use std::path::Path;

use anyhow::Context as _;

pub(crate) fn run() -> anyhow::Result<bool> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/rules.md");
    std::fs::write(&page, scrl_audit::rules_page())
        .with_context(|| format!("`{}`", page.display()))?;
    Ok(true)
}
