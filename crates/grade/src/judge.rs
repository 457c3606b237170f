//! From how a run ended to a verdict.

use std::time::Duration;

use scrl_record::{Compare, CompareMode, Kind, Problem, Test, TestResult, Verdict};
use scrl_sandbox::Ending;

use crate::compare::{check, outputs, values};
use crate::harness::{Raised, Ran};
use crate::value::Value;

/// How `problem`'s outputs are compared: as `asked`, else as the problem says, else as its kind does by default. A
/// rule for text that stands at a call problem gives its tolerance to the default for values.
pub fn compare_for(problem: &Problem, asked: Option<Compare>) -> Compare {
    let by_default = match problem.kind {
        Kind::Stdin => CompareMode::TrailingWhitespace,
        Kind::Call => CompareMode::JsonValue,
    };
    let mut compare = asked.or(problem.compare).unwrap_or(by_default.into());
    if check(compare, problem.kind).is_err() {
        compare.mode = by_default;
    }
    if compare.mode == CompareMode::JsonValue {
        compare.tolerance = compare.tolerance.max(problem.atol.unwrap_or(0.0));
    }
    compare
}

/// The verdict of one test, with the reason in a few words.
pub(crate) fn judge(ran: &Ran, test: &Test, kind: Kind, compare: Compare) -> TestResult {
    let (verdict, detail) = verdict(ran, test, kind, compare);
    let usage = &ran.outcome.usage;
    TestResult {
        verdict,
        detail,
        cpu_ms: milliseconds(usage.cpu),
        wall_ms: milliseconds(usage.wall),
        peak_mib: mebibytes(usage.peak),
    }
}

fn milliseconds(time: Duration) -> f64 {
    rounded(time.as_secs_f64() * 1e3)
}

pub(crate) fn mebibytes(bytes: u64) -> f64 {
    rounded(bytes as f64 / f64::from(1 << 20))
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn verdict(ran: &Ran, test: &Test, kind: Kind, compare: Compare) -> (Verdict, Option<String>) {
    if let Some(limit) = limit_reached(ran) {
        return (limit, None);
    }
    let raised = ran.raised.as_ref();
    if ran.compiles == Some(false) {
        return (Verdict::SyntaxError, raised.map(Raised::describe));
    }
    let accepted = ran.ended_well() && is_expected(ran, test, kind, compare);
    if accepted {
        return (Verdict::Accepted, None);
    }
    if let Some(event) = ran.outcome.events.first() {
        return (
            Verdict::Forbidden,
            Some(format!("{}: {}", event.kind, event.call)),
        );
    }
    if let Some(raised) = raised {
        return (Verdict::RuntimeError, Some(raised.describe()));
    }
    match ran.outcome.ending {
        Ending::Exited(code) if code != 0 => {
            return (Verdict::RuntimeError, Some(format!("exit code {code}")));
        }
        Ending::Signaled(number) => {
            return (Verdict::RuntimeError, Some(format!("signal {number}")));
        }
        Ending::Exited(_)
        | Ending::CpuTime
        | Ending::WallTime
        | Ending::Memory
        | Ending::Output => {}
    }
    match kind {
        Kind::Call if ran.value.is_none() => (
            Verdict::RuntimeError,
            Some("ended without returning".to_owned()),
        ),
        Kind::Stdin if ran.outcome.stdout.iter().all(u8::is_ascii_whitespace) => {
            (Verdict::NoOutput, None)
        }
        Kind::Call | Kind::Stdin => (Verdict::WrongAnswer, None),
    }
}

/// The limit that ended the run, if one did.
pub(crate) fn limit_reached(ran: &Ran) -> Option<Verdict> {
    match ran.outcome.ending {
        Ending::CpuTime | Ending::WallTime => Some(Verdict::TimeLimit),
        Ending::Memory => Some(Verdict::MemoryLimit),
        Ending::Output => Some(Verdict::OutputLimit),
        Ending::Exited(_) | Ending::Signaled(_) => {
            let out_of_memory = ran.raised.as_ref().is_some_and(|r| r.name == "MemoryError");
            (out_of_memory && ran.compiles == Some(true)).then_some(Verdict::MemoryLimit)
        }
    }
}

/// Whether what was printed or returned is what `test` expects.
pub(crate) fn is_expected(ran: &Ran, test: &Test, kind: Kind, compare: Compare) -> bool {
    match kind {
        Kind::Stdin => {
            let expected = test.output.as_string().unwrap_or_default();
            outputs(compare, &expected, &ran.outcome.stdout)
        }
        Kind::Call => is_expected_value(ran, test, compare),
    }
}

/// A call that returns None though a result is expected is judged by what it made of its first argument.
fn is_expected_value(ran: &Ran, test: &Test, compare: Compare) -> bool {
    let Ok(expected) = Value::parse(test.output.as_json().as_bytes()) else {
        return false;
    };
    let tagged = |text: &Option<String>| {
        text.as_ref()
            .and_then(|text| Value::parse_tagged(text.as_bytes()).ok())
    };
    let Some(actual) = tagged(&ran.value) else {
        return false;
    };
    if values(compare, &expected, &actual) {
        return true;
    }
    if !matches!(actual, Value::Null) {
        return false;
    }
    match tagged(&ran.arguments_after) {
        Some(Value::List(arguments)) => arguments
            .first()
            .is_some_and(|first| values(compare, &expected, first)),
        _ => false,
    }
}
