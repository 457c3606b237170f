//! Comma-separated files: every measure of every slice, and one line per sample without its code.
//!
//! RFC 4180 with `\n` line ends. A text that a spreadsheet would take for a formula gets a leading apostrophe.

use scrl_record::Graded;

use crate::catalogue::word;
use crate::facts::{compile_verdict, functional, functional_and_secure, secure};
use crate::metrics::{Metrics, Slice, System};
use crate::systems::{Run, groups};

/// `measures.csv`: one row per model, slice and measure; empty fields where nothing was measured.
pub fn measures_csv(metrics: &Metrics) -> String {
    let mut text = String::from(
        "model,run,dimension,slice,samples,problems,measure,unit,numerator,denominator,value,low,high,interval,absent\n",
    );
    for system in &metrics.systems {
        for slice in &system.slices {
            measure_rows(&mut text, system, slice);
        }
    }
    text
}

fn measure_rows(text: &mut String, system: &System, slice: &Slice) {
    for measure in &slice.measures {
        let bounds = measure.bounds();
        let row = [
            quoted(&system.model),
            quoted(&system.run),
            slice.dimension.as_str().to_owned(),
            quoted(slice.value.as_deref().unwrap_or("")),
            slice.samples.to_string(),
            slice.problems.to_string(),
            measure.name.clone(),
            word(&measure.unit),
            measure.numerator.to_string(),
            measure.denominator.to_string(),
            optional(measure.value),
            optional(bounds.map(|(low, _)| low)),
            optional(bounds.map(|(_, high)| high)),
            measure
                .interval
                .map(|interval| word(&interval.method))
                .unwrap_or_default(),
            measure.absent.to_string(),
        ];
        push_row(text, &row);
    }
}

/// `samples.csv`: one row per sample, by model, run, problem and sample id.
pub fn samples_csv(runs: &[Run]) -> String {
    let mut text = String::from(
        "model,run,dataset,problem_id,sample_id,kind,difficulty,made_as,extraction,code_lines,parses,compiles,\
         tests_passed,tests_total,all_tests,secure,works_and_safe,bandit_findings,strict_findings,events,patterns,\
         fault_owner,fault_reason,seed,staged,gated,binary\n",
    );
    for group in groups(runs) {
        for sample in group.samples() {
            push_row(&mut text, &sample_row(group.run, sample));
        }
    }
    text
}

fn sample_row(run: &str, sample: &Graded) -> Vec<String> {
    let text = |value: &Option<String>| value.as_deref().map(quoted).unwrap_or_default();
    let patterns: Vec<String> = sample.patterns.iter().map(word).collect();
    let rewards = &sample.rewards;
    vec![
        quoted(&sample.model),
        quoted(run),
        text(&sample.dataset),
        quoted(sample.problem_id.as_str()),
        quoted(sample.sample_id.as_str()),
        sample
            .kind
            .map(|kind| kind.as_str().to_owned())
            .unwrap_or_default(),
        text(&sample.difficulty),
        text(&sample.made_as),
        word(&sample.extraction.method),
        sample.code_lines.to_string(),
        sample.parses.to_string(),
        optional(compile_verdict(sample)),
        optional(sample.tests_passed),
        optional(sample.tests_total),
        optional(functional(sample)),
        optional(secure(sample)),
        optional(functional_and_secure(sample)),
        sample.findings.len().to_string(),
        sample.strict_findings.len().to_string(),
        sample.events.len().to_string(),
        patterns.join(" "),
        sample
            .fault
            .as_ref()
            .map(|fault| word(&fault.owner))
            .unwrap_or_default(),
        sample
            .fault
            .as_ref()
            .map(|fault| quoted(&fault.reason))
            .unwrap_or_default(),
        optional(rewards.seed),
        optional(rewards.staged),
        optional(rewards.gated),
        optional(rewards.binary),
    ]
}

fn push_row(text: &mut String, fields: &[String]) {
    text.push_str(&fields.join(","));
    text.push('\n');
}

fn optional(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A text field: quoted where it must be, disarmed where a spreadsheet would run it.
fn quoted(text: &str) -> String {
    let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let text = if runs {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_disarmed() {
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("say \"hi\"\n"), "\"say \"\"hi\"\"\n\"");
        assert_eq!(quoted("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(quoted("@SUM(1,2)"), "\"'@SUM(1,2)\"");
        assert_eq!(quoted("\r=1"), "\"'\r=1\"");
    }
}
