//! Signals: the first Ctrl-C lets a command come to a good end, the second one ends the process.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context as _;

/// A flag that SIGINT and SIGTERM set; from here on, a file that grows too large is an error and no signal.
pub(crate) fn stop_flag() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        // The second one ends the process at once.
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&stop)))
            .context("signals cannot be handled")?;
    }
    // Where this process may not write large files, a write is to fail, not to end it.
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default())
        .context("signals cannot be handled")?;
    Ok(stop)
}
