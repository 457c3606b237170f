//! The comparisons as a Markdown table.

use std::fmt::Write as _;

use super::comparison::Comparison;

/// One row for each set.
pub(crate) fn markdown(comparisons: &[Comparison]) -> String {
    let mut text = String::from(
        "| set | samples | compared | agree | share | asked | we fail, they pass | we pass, they fail | not compared |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---|\n",
    );
    for comparison in comparisons {
        let we_pass = comparison
            .disagreements
            .iter()
            .filter(|d| d.we_pass)
            .count();
        let share = comparison
            .share()
            .map_or_else(|| "-".to_owned(), |share| format!("{:.2} %", 100.0 * share));
        let left_out: Vec<String> = comparison
            .left_out
            .iter()
            .map(|(reason, n)| format!("{n} {reason}"))
            .collect();
        writeln!(
            text,
            "| {} | {} | {} | {} | {share} | {:.1} % | {} | {we_pass} | {} |",
            comparison.set.name,
            comparison.samples,
            comparison.compared(),
            comparison.agree,
            100.0 * comparison.set.at_least,
            comparison.disagreements.len() - we_pass,
            left_out.join("; "),
        )
        .expect("writing to a string");
    }
    text
}
