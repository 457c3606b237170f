//! The judge of reinforcement: the pipeline of `scrl grade`, on the model's answers.

use std::collections::HashMap;

use anyhow::bail;
use scrl_corpus::Join;
use scrl_record::{Problem, Rewards, Sample};
use scrl_text::{ModelText, Transcript};
use scrl_train::rl::{Attempt, Judgement, RlPrompt};
use serde_json::json;

use super::setup::Prompts;
use crate::grading::{Grading, assign};

/// Names of the rewards that can be asked for.
const NAMES: [&str; 4] = ["seed", "staged", "gated", "binary"];

/// Grades answers as evaluation does: same extraction, same sandbox, same analyzer, same reward.
pub(super) struct GraderJudge<'a> {
    grading: &'a Grading,
    join: Join,
    text: &'a ModelText,
    prompts: HashMap<String, Vec<u32>>,
    rewards: &'a [String],
}

impl<'a> GraderJudge<'a> {
    pub(super) fn new(
        grading: &'a Grading,
        problems: Vec<Problem>,
        prompts: &Prompts<'a>,
        rewards: &'a [String],
    ) -> anyhow::Result<Self> {
        if let Some(name) = rewards.iter().find(|name| !NAMES.contains(&name.as_str())) {
            bail!("rl.rewards: `{name}` is none of {}", NAMES.join(", "));
        }
        let tokens = |problem: &Problem| Ok((problem.id.to_string(), prompts.of_problem(problem)?));
        Ok(Self {
            grading,
            prompts: problems.iter().map(tokens).collect::<anyhow::Result<_>>()?,
            join: Join::new(problems),
            text: prompts.text,
            rewards,
        })
    }

    /// The prompts of some of the problems.
    pub(super) fn prompts(&self, ids: &[String]) -> Vec<RlPrompt> {
        let prompt = |id: &String| RlPrompt {
            id: id.clone(),
            tokens: self.prompts[id].clone(),
        };
        ids.iter().map(prompt).collect()
    }

    pub(super) fn judge(&self, attempts: &[Attempt]) -> anyhow::Result<Vec<Judgement>> {
        let samples = attempts
            .iter()
            .map(|attempt| self.sample(attempt))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let answers: Vec<Option<String>> = samples.iter().map(|s| s.completion.clone()).collect();
        let work = samples.into_iter().map(Ok::<_, scrl_grade::WorkError>);
        let graded = self.grading.grade_quietly(assign(work, &self.join))?;
        let judgement = |(graded, answer): (scrl_record::Graded, Option<String>)| Judgement {
            rewards: self
                .rewards
                .iter()
                .map(|name| reward(&graded.rewards, name))
                .collect(),
            record: json!({"completion": answer, "graded": graded}),
        };
        Ok(graded.into_iter().zip(answers).map(judgement).collect())
    }

    fn sample(&self, attempt: &Attempt) -> anyhow::Result<Sample> {
        let prompt = &self.prompts[attempt.id];
        let mut transcript = Transcript::new(self.text.tokenizer(), prompt, &[]);
        for token in self.text.without_end(attempt.tokens) {
            transcript.push(*token)?;
        }
        Ok(serde_json::from_value(json!({
            "id": format!("{}/{}", attempt.id, attempt.number),
            "problem_id": attempt.id,
            "model": "policy",
            "completion": transcript.finish()?,
        }))?)
    }
}

fn reward(rewards: &Rewards, name: &str) -> Option<f64> {
    match name {
        "seed" => rewards.seed,
        "staged" => rewards.staged,
        "gated" => rewards.gated,
        _ => rewards.binary,
    }
}
