//! Medians and ratios, as Markdown.

use std::fmt::Write as _;
use std::time::Duration;

use super::Cost;
use super::cases::Case;
use super::runners::Runner;

/// What was measured of one runner on one case.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) case: &'static Case,
    pub(crate) runner: Runner,
    pub(crate) costs: Vec<Cost>,
}

impl Row {
    pub(crate) fn new(case: &'static Case, runner: Runner) -> Self {
        Self {
            case,
            runner,
            costs: Vec::new(),
        }
    }

    fn cpu(&self) -> Duration {
        median(self.costs.iter().map(|cost| cost.cpu))
    }

    fn wall(&self) -> Duration {
        median(self.costs.iter().map(|cost| cost.wall))
    }
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort();
    times[times.len() / 2]
}

/// One line a row; the ratio is to plain Python on the same case, where that was measured.
pub(crate) fn markdown(rows: &[Row]) -> String {
    let mut text = "| case | runner | CPU per test, ms | wall per test, ms | tests per second | rate against plain Python (CPU) |\n\
                    |---|---|--:|--:|--:|--:|\n"
        .to_owned();
    for row in rows {
        let plain = rows
            .iter()
            .find(|other| other.runner == Runner::Plain && other.case.name == row.case.name);
        let ratio = plain.map_or_else(
            || "-".to_owned(),
            |plain| {
                format!(
                    "{:.1}x",
                    plain.cpu().as_secs_f64() / row.cpu().as_secs_f64()
                )
            },
        );
        let ms = |time: Duration| format!("{:.3}", time.as_secs_f64() * 1e3);
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {:.0} | {ratio} |",
            row.case.name,
            row.runner.name(),
            ms(row.cpu()),
            ms(row.wall()),
            1.0 / row.wall().as_secs_f64()
        );
    }
    text
}
