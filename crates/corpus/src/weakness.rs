//! What can be said about the strength of a problem's tests without running anything.

use std::collections::{BTreeMap, HashMap};

use scrl_record::{Kind, Problem, ProblemId, RawJson};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// How weak the tests of one problem are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weakness {
    /// The problem.
    pub id: ProblemId,
    /// Its tests.
    pub tests: usize,
    /// The share of tests that one constant answer passes, in `(0, 1]`; absent without tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constant_baseline: Option<f64>,
    /// Tests that repeat an earlier one, input and output.
    pub duplicates: usize,
}

impl Weakness {
    /// Whether one constant answer passes every test.
    pub fn is_constant(&self) -> bool {
        self.constant_baseline == Some(1.0)
    }
}

/// Measures one problem.
pub fn weakness(problem: &Problem) -> Weakness {
    Weakness {
        id: problem.id.clone(),
        tests: problem.tests.len(),
        constant_baseline: constant_baseline(problem),
        duplicates: duplicate_tests(problem).len(),
    }
}

/// The largest share of tests with the same expected output, in `(0, 1]`: what a program scores that ignores its
/// input. `None` without tests.
///
/// Outputs are the same when they differ only in trailing white space (`stdin`), or in layout, key order or in how
/// a whole number is written (`call`).
pub fn constant_baseline(problem: &Problem) -> Option<f64> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for test in &problem.tests {
        *counts
            .entry(canonical(problem.kind, &test.output))
            .or_default() += 1;
    }
    let most = counts.into_values().max()?;
    Some(most as f64 / problem.tests.len() as f64)
}

/// Tests that repeat an earlier one: `(earlier, later)`, indices from 0.
pub fn duplicate_tests(problem: &Problem) -> Vec<(usize, usize)> {
    let mut seen: HashMap<(String, String), usize> = HashMap::new();
    let mut pairs = Vec::new();
    for (later, test) in problem.tests.iter().enumerate() {
        let key = (
            canonical(problem.kind, &test.input),
            canonical(problem.kind, &test.output),
        );
        match seen.get(&key) {
            Some(&earlier) => pairs.push((earlier, later)),
            None => drop(seen.insert(key, later)),
        }
    }
    pairs
}

fn canonical(kind: Kind, value: &RawJson) -> String {
    match (kind, value.as_string()) {
        (Kind::Stdin, Some(text)) => without_trailing_space(&text),
        _ => canonical_json(value.as_json(), 0),
    }
}

fn without_trailing_space(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

/// Deeper values are compared as they are written: a hostile file must not exhaust the stack.
const MAX_DEPTH: usize = 64;

fn canonical_json(text: &str, depth: usize) -> String {
    let text = text.trim();
    let inner = |value: &&RawValue| canonical_json(value.get(), depth + 1);
    let rewritten = match text.as_bytes().first() {
        _ if depth == MAX_DEPTH => None,
        Some(b'[') => serde_json::from_str::<Vec<&RawValue>>(text)
            .ok()
            .map(|items| {
                let items: Vec<String> = items.iter().map(inner).collect();
                format!("[{}]", items.join(","))
            }),
        Some(b'{') => serde_json::from_str::<BTreeMap<String, &RawValue>>(text)
            .ok()
            .map(|pairs| {
                let pair =
                    |(key, value)| format!("{}:{}", RawJson::of(key).as_json(), inner(value));
                let pairs: Vec<String> = pairs.iter().map(pair).collect();
                format!("{{{}}}", pairs.join(","))
            }),
        Some(b'"') => serde_json::from_str::<String>(text)
            .ok()
            .map(|string| RawJson::of(&string).as_json().to_owned()),
        Some(b'-' | b'0'..=b'9') => whole_number(text),
        _ => None,
    };
    rewritten.unwrap_or_else(|| text.to_owned())
}

/// `1.0`, `1e0` and `1` are the same number. Integers, of any length, stay as they are written.
fn whole_number(text: &str) -> Option<String> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if !text.contains(['.', 'e', 'E']) {
        return (text == "-0").then(|| "0".to_owned());
    }
    let value: f64 = text.parse().ok()?;
    if value.fract() == 0.0 && value.abs() < EXACT {
        return Some((value as i64).to_string());
    }
    value.is_finite().then(|| format!("{value:e}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn problem(kind: &str, tests: &[(&str, &str)]) -> Problem {
        let tests: Vec<String> = tests
            .iter()
            .map(|(input, output)| format!(r#"{{"input": {input}, "output": {output}}}"#))
            .collect();
        let text = format!(
            r#"{{"id": "p", "kind": "{kind}", "tests": [{}]}}"#,
            tests.join(",")
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn outputs_that_print_alike_are_one_constant() {
        let stdin = problem(
            "stdin",
            &[
                (r#""1""#, r#""YES\n""#),
                (r#""2""#, r#""YES  \r\n\n""#),
                (r#""3""#, r#"" YES""#),
                (r#""1\n""#, r#""YES""#),
            ],
        );
        assert_eq!(constant_baseline(&stdin), Some(0.75));
        assert_eq!(duplicate_tests(&stdin), [(0, 3)]);
        assert_eq!(constant_baseline(&problem("stdin", &[])), None);
    }

    #[test]
    fn results_that_are_equal_values_are_one_constant() {
        for (first, second, same) in [
            ("[1, 2]", "[1,2.0]", true),
            (r#"{"a": 1, "b": [ ]}"#, r#"{"b":[],"a":1}"#, true),
            (r#""\u0061""#, r#""a""#, true),
            ("0.1", "1e-1", true),
            ("-0", "0", true),
            ("1", r#""1""#, false),
            ("10000000000000000000001", "10000000000000000000002", false),
            ("null", "false", false),
        ] {
            let call = problem("call", &[("[1]", first), ("[1]", second)]);
            let expected = if same { 1.0 } else { 0.5 };
            assert_eq!(constant_baseline(&call), Some(expected), "{first} {second}");
            assert_eq!(weakness(&call).duplicates, usize::from(same));
            assert_eq!(weakness(&call).is_constant(), same);
        }
    }

    #[test]
    fn deep_nesting_does_not_exhaust_the_stack() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let call = problem("call", &[("[1]", &deep), ("[2]", &deep)]);
        assert_eq!(constant_baseline(&call), Some(1.0));
    }

    proptest! {
        #[test]
        fn the_baseline_is_a_share_and_order_does_not_matter(outputs in prop::collection::vec(0_u32..4, 1..12)) {
            let texts: Vec<String> = outputs.iter().map(u32::to_string).collect();
            let pairs: Vec<(&str, &str)> = texts.iter().map(|text| ("[]", text.as_str())).collect();
            let share = constant_baseline(&problem("call", &pairs)).unwrap();
            let most = (0..4).map(|n| outputs.iter().filter(|&&m| m == n).count()).max().unwrap();
            prop_assert_eq!((share * outputs.len() as f64).round() as usize, most);
            let backwards: Vec<_> = pairs.into_iter().rev().collect();
            prop_assert_eq!(constant_baseline(&problem("call", &backwards)), Some(share));
        }
    }
}
