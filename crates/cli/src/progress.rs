//! Progress on standard error: a bar on a terminal, a plain line now and then otherwise.

use std::io::{IsTerminal as _, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Time between plain lines.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Progress of `total` steps.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    what: &'static str,
    total: usize,
    done: usize,
    started: Instant,
    last_line: Instant,
}

impl Progress {
    /// `what` is a verb and `unit` what is counted: `grading`, `samples`.
    pub(crate) fn start(what: &'static str, unit: &str, total: usize) -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(total as u64);
            let template = format!(
                "{{prefix}} {{wide_bar}} {{pos}}/{{len}} {unit}, {{per_sec}}, {{eta}} left {{msg}}"
            );
            bar.set_style(ProgressStyle::with_template(&template).expect("the template is ours"));
            bar.set_prefix(what);
            bar
        });
        let now = Instant::now();
        Self {
            bar,
            what,
            total,
            done: 0,
            started: now,
            last_line: now,
        }
    }

    /// One more step is done.
    pub(crate) fn step(&mut self) {
        self.done += 1;
        if let Some(bar) = &self.bar {
            bar.inc(1);
        } else if self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = Instant::now();
            crate::say(&self.line());
        }
    }

    fn line(&self) -> String {
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = self.done as f64 / seconds.max(1e-9);
        let left = (self.total - self.done) as f64 / rate.max(1e-9);
        format!(
            "{}: {}/{}, {rate:.1}/s, {left:.0} s left",
            self.what, self.done, self.total
        )
    }

    /// Takes the bar away and says what was done, in how long.
    pub(crate) fn finish(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = self.done as f64 / seconds.max(1e-9);
        crate::say(&format!(
            "{}: {} done in {seconds:.1} s, {rate:.1}/s",
            self.what, self.done
        ));
    }
}
