//! CPU time of this thread, so that a busy machine does not count.

use std::fs;

use anyhow::Context as _;

/// CPU seconds that `work` takes on this thread.
pub(crate) fn cpu_seconds(work: impl FnOnce()) -> anyhow::Result<f64> {
    let before = nanoseconds()?;
    work();
    Ok((nanoseconds()? - before) as f64 / 1e9)
}

/// The scheduler's own count: the first number of the file.
fn nanoseconds() -> anyhow::Result<u64> {
    const FILE: &str = "/proc/thread-self/schedstat";
    let text = fs::read_to_string(FILE).with_context(|| format!("`{FILE}`"))?;
    let first = text.split_whitespace().next().unwrap_or_default();
    first.parse().with_context(|| format!("`{FILE}`: {text}"))
}
