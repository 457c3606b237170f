//! `cargo xtask families`: writes `docs/families.md`.

use std::path::Path;

use anyhow::Context as _;

pub(crate) fn run() -> anyhow::Result<bool> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/families.md");
    std::fs::write(&page, scrl_curriculum::families_page())
        .with_context(|| format!("`{}`", page.display()))?;
    Ok(true)
}
