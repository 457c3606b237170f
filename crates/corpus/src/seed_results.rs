//! The seed project's recorded verdicts (`val.jsonl`): samples with reward and counts of tests.

use std::path::PathBuf;

use scrl_record::{ProblemId, Published};
use serde::{Deserialize, Serialize};

use crate::fields::Fields;
use crate::raw::RawRecords;
use crate::{Mode, Reason, Records};

/// One record, under the seed's names. The reward is `0.6 * rfunc + 0.4 * rsec`, all three in `[0, 1]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeedResult {
    /// The problem, such as `apps_plus_1960`.
    pub prompt_id: ProblemId,
    /// What the model was asked.
    pub prompt: String,
    /// The model's raw text.
    pub completion: String,
    /// The model.
    pub model: String,
    /// The dataset, such as `apps_plus`.
    pub dataset: String,
    /// The recorded reward.
    pub reward: f64,
    /// The share of tests passed, as recorded.
    pub rfunc: f64,
    /// The security reward, as recorded.
    pub rsec: f64,
    /// Whether the completion compiles.
    pub compiles: bool,
    /// Tests passed, at most `tests_total`.
    pub tests_passed: u32,
    /// Tests run.
    pub tests_total: u32,
    /// Whether the analyzer found anything.
    pub has_security_issues: bool,
}

impl SeedResult {
    /// The verdict in the form that samples carry it: passed when it compiles and passes all of at least one test.
    pub fn published(&self) -> Published {
        let all = self.tests_total > 0 && self.tests_passed == self.tests_total;
        Published {
            passed: Some(self.compiles && all),
            reliable: true,
            detail: Some(format!(
                "compiles={} tests_passed={} tests_total={} rfunc={} rsec={} reward={} has_security_issues={}",
                self.compiles,
                self.tests_passed,
                self.tests_total,
                self.rfunc,
                self.rsec,
                self.reward,
                self.has_security_issues
            )),
        }
    }
}

/// Reads recorded results: JSON Lines or one JSON array. A problem may occur several times.
pub fn read_seed_results(paths: &[PathBuf], mode: Mode) -> Records<SeedResult> {
    let records = RawRecords::new(paths).map(|record| {
        let record = record?;
        Fields::parse(&record.text)
            .and_then(|fields| seed_result(&fields))
            .map_err(|reason| record.place.error(reason))
    });
    Records::new(records, mode)
}

pub(crate) fn seed_result(fields: &Fields<'_>) -> Result<SeedResult, Reason> {
    const COUNT: &str = "the number of tests";
    const TRUTH: &str = "true or false";
    let prompt_id: String = fields.required("prompt_id", "the problem's id")?;
    if prompt_id.trim().is_empty() {
        return Err(Reason::wrong(
            "prompt_id",
            "empty; it must name the problem",
        ));
    }
    let result = SeedResult {
        prompt_id: prompt_id.into(),
        prompt: fields.required("prompt", "what the model was asked")?,
        completion: fields.required("completion", "the model's text")?,
        model: fields.required("model", "the model's name")?,
        dataset: fields.required("dataset", "the dataset's name")?,
        reward: share(fields, "reward")?,
        rfunc: share(fields, "rfunc")?,
        rsec: share(fields, "rsec")?,
        compiles: fields.required("compiles", TRUTH)?,
        tests_passed: fields.required("tests_passed", COUNT)?,
        tests_total: fields.required("tests_total", COUNT)?,
        has_security_issues: fields.required("has_security_issues", TRUTH)?,
    };
    if result.tests_passed > result.tests_total {
        let (passed, total) = (result.tests_passed, result.tests_total);
        let detail = format!("{passed}, more than `tests_total`, which is {total}");
        return Err(Reason::wrong("tests_passed", detail));
    }
    Ok(result)
}

fn share(fields: &Fields<'_>, key: &str) -> Result<f64, Reason> {
    let value: f64 = fields.required(key, "a number from 0 to 1")?;
    if (0.0..=1.0).contains(&value) {
        Ok(value)
    } else {
        Err(Reason::wrong(
            key,
            format!("{value}, expected a number from 0 to 1"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(key: &str, value: serde_json::Value) -> Result<SeedResult, Reason> {
        let mut record = serde_json::json!({
            "prompt_id": "apps_plus_1", "prompt": "p", "completion": "", "model": "m", "dataset": "apps_plus",
            "reward": 0.8, "rfunc": 0.625, "rsec": 1.0, "compiles": true, "tests_passed": 2,
            "tests_total": 3, "has_security_issues": false,
        });
        record[key] = value;
        let text = record.to_string();
        seed_result(&Fields::parse(&text)?)
    }

    #[test]
    fn ranges_and_types_are_checked() {
        let good = with("tests_passed", 3.into()).unwrap();
        assert_eq!(good.published().passed, Some(true));
        let empty = with("tests_total", 0.into()).unwrap_err().to_string();
        assert!(empty.contains("`tests_passed`: 2, more than"), "{empty}");
        for (key, value) in [
            ("reward", serde_json::json!(1.01)),
            ("rsec", serde_json::json!(-0.1)),
            ("rfunc", serde_json::json!("1")),
            ("tests_passed", serde_json::json!(-1)),
            ("tests_total", serde_json::json!(2.5)),
            ("compiles", serde_json::json!(1)),
            ("prompt_id", serde_json::json!(" ")),
            ("model", serde_json::json!(null)),
        ] {
            let error = with(key, value).unwrap_err().to_string();
            assert!(error.contains(&format!("`{key}`")), "{error}");
        }
    }
}
