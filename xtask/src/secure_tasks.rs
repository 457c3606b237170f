//! `cargo xtask secure-tasks`: writes `docs/secure-tasks.md`.

use std::path::Path;

use anyhow::Context as _;

pub(crate) fn run() -> anyhow::Result<bool> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/secure-tasks.md");
    std::fs::write(&page, scrl_corpus::secure_tasks_page()?)
        .with_context(|| format!("`{}`", page.display()))?;
    Ok(true)
}
