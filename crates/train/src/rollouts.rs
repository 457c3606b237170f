//! Judged answers of an iteration, kept so that every reward can be audited: `rollouts/iteration-N.jsonl.zst`, one line each.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::error::Error;
use crate::rl::{Judgement, Rollout};

/// Writes the answers of an iteration. One that is done again after an interruption writes the same bytes again.
pub(crate) fn write(
    folder: &Path,
    iteration: u64,
    rollouts: &[Rollout],
    judgements: &[Judgement],
) -> Result<(), Error> {
    let mut lines = String::new();
    for (rollout, judgement) in rollouts.iter().zip(judgements) {
        let line = json!({
            "iteration": iteration,
            "id": rollout.id,
            "number": rollout.number,
            "prompt_tokens": rollout.prompt,
            "tokens": rollout.answer(),
            "is_whole": rollout.is_whole,
            "rewards": judgement.rewards,
            "record": judgement.record,
        });
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    let folder = folder.join("rollouts");
    fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
    let path = folder.join(format!("iteration-{iteration:06}.jsonl.zst"));
    let new = path.with_extension("new");
    let packed = zstd::encode_all(lines.as_bytes(), 3).map_err(Error::file(&path))?;
    fs::write(&new, packed).map_err(Error::file(&new))?;
    fs::rename(&new, &path).map_err(Error::file(&path))
}
