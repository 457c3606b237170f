//! All settings of a training, as TOML: the recipes of the repository, or a file; single values can be overruled.

use std::path::Path;

use scrl_policy::{AdapterConfig, ModelConfig, Module};
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::error::Error;
use crate::pretrain::PretrainSettings;
use crate::rl::RlSettings;
use crate::sft::SftSettings;

/// The recipes that come with the program, by name.
pub const RECIPES: [(&str, &str); 4] = [
    ("mission", include_str!("../../../recipes/mission.toml")),
    ("pretrain", include_str!("../../../recipes/pretrain.toml")),
    ("smollm2", include_str!("../../../recipes/smollm2.toml")),
    ("tiny", include_str!("../../../recipes/tiny.toml")),
];

/// All settings of a training. What a file leaves out is as its default says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recipe {
    /// What is trained.
    pub adapter: AdapterSettings,
    /// Supervised fine-tuning.
    pub sft: SftSettings,
    /// Reinforcement.
    pub rl: RlSettings,
    /// A model from nothing.
    pub pretrain: PretrainSettings,
}

/// What is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdapterSettings {
    /// Train all weights, and no adapter; not for reinforcement.
    pub full: bool,
    /// The linear layers that are adapted, by their names in the model, or `all-linear`.
    pub targets: Vec<String>,
    /// Rows of `A`, columns of `B`.
    pub rank: usize,
    /// With the rank it gives the scale: `alpha / rank`.
    pub alpha: f64,
    /// Whether the scale is `alpha / sqrt(rank)` instead.
    pub rank_stabilized: bool,
    /// Probability that an element of what the factors read is dropped, in supervised fine-tuning.
    pub dropout: f64,
    /// Of the factors' first values.
    pub seed: u64,
}

impl Default for AdapterSettings {
    fn default() -> Self {
        Self {
            full: false,
            targets: vec!["all-linear".to_owned()],
            rank: 16,
            alpha: 32.0,
            rank_stabilized: false,
            dropout: 0.05,
            seed: 0,
        }
    }
}

impl AdapterSettings {
    /// The adapter's form for a model.
    ///
    /// # Errors
    /// If the model has no such layer, or a number is out of range.
    pub fn config(&self, model: &ModelConfig, value_head: bool) -> Result<AdapterConfig, Error> {
        let mut targets = Vec::new();
        for name in &self.targets {
            if name == "all-linear" {
                targets.extend(Module::of(model.mlp));
                continue;
            }
            let module = Module::of(model.mlp).find(|module| module.name(model.mlp) == name);
            targets.push(module.ok_or_else(|| {
                Error::setting(
                    "targets",
                    format!("`{name}` is not a linear layer of this model"),
                )
            })?);
        }
        targets.sort_unstable();
        targets.dedup();
        if targets.is_empty() || !(1..=65_536).contains(&self.rank) {
            return Err(Error::setting(
                "rank",
                "must be from 1 to 65536, with at least one of `targets`",
            ));
        }
        if !(0.0..1.0).contains(&self.dropout) || !self.alpha.is_finite() {
            return Err(Error::setting(
                "dropout",
                "must be at least 0 and below 1, and `alpha` finite",
            ));
        }
        Ok(AdapterConfig {
            targets,
            rank: self.rank,
            alpha: self.alpha,
            rank_stabilized: self.rank_stabilized,
            dropout: self.dropout as f32,
            value_head,
        })
    }
}

impl Recipe {
    /// Reads a recipe. `overrides` are `key = value` pairs in TOML's form with dots in the key, such as
    /// `sft.optimizer.learning_rate=1e-4`; later ones win. `path` is named in errors.
    ///
    /// # Errors
    /// If something is no TOML, or no setting.
    pub fn parse(path: &Path, text: &str, overrides: &[String]) -> Result<Self, Error> {
        let invalid = |error: toml::de::Error| Error::invalid(path, error.to_string());
        let mut table: Table = text.parse().map_err(invalid)?;
        for line in overrides {
            let wrong = |problem: String| Error::Setting {
                name: "--set",
                problem: format!("`{line}`: {problem}"),
            };
            let one: Table = line
                .parse()
                .map_err(|error: toml::de::Error| wrong(error.message().to_owned()))?;
            merge(&mut table, one);
        }
        table.try_into().map_err(invalid)
    }

    /// A recipe that comes with the program.
    ///
    /// # Errors
    /// If there is none of this name, or as [`Recipe::parse`].
    pub fn named(name: &str, overrides: &[String]) -> Result<Self, Error> {
        let found = RECIPES.iter().find(|(there, _)| *there == name);
        let Some((_, text)) = found else {
            let names: Vec<&str> = RECIPES.iter().map(|(name, _)| *name).collect();
            let problem = format!("`{name}` is none of {}", names.join(", "));
            return Err(Error::setting("recipe", problem));
        };
        Self::parse(Path::new(name), text, overrides)
    }
}

fn merge(into: &mut Table, from: Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Table(into)), Value::Table(from)) => merge(into, from),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A recipe documents every field: each key has its own line, with a comment after or above it.
    #[test]
    fn recipes_are_whole_and_documented() {
        for (name, text) in RECIPES {
            let recipe = Recipe::named(name, &[]).unwrap();
            recipe.sft.check().unwrap();
            recipe.rl.check().unwrap();
            recipe.pretrain.check().unwrap();
            let lines: Vec<&str> = text.lines().collect();
            for (index, line) in lines
                .iter()
                .enumerate()
                .filter(|(_, line)| line.contains('=') && !line.starts_with('#'))
            {
                let above = index > 0 && lines[index - 1].starts_with('#');
                assert!(
                    line.contains('#') || above,
                    "{name}: `{line}` is not explained"
                );
            }
        }
    }

    #[test]
    fn the_mission_is_as_it_was_set() {
        let recipe = Recipe::named("mission", &[]).unwrap();
        assert_eq!(
            recipe.adapter.targets,
            ["q_proj", "k_proj", "v_proj", "o_proj"]
        );
        assert_eq!(
            (
                recipe.adapter.rank,
                recipe.adapter.alpha,
                recipe.adapter.dropout
            ),
            (16, 32.0, 0.05)
        );
        let SftSettings {
            epochs,
            batch,
            accumulation,
            max_length,
            ..
        } = recipe.sft;
        assert_eq!((epochs, batch, accumulation, max_length), (3, 4, 4, 2048));
        assert_eq!(recipe.sft.optimizer.learning_rate, 2e-5);
        let rl = &recipe.rl;
        assert_eq!(
            (
                rl.episodes,
                rl.prompts * rl.samples,
                rl.mini_batch,
                rl.epochs
            ),
            (1000, 4, 2, 4)
        );
        assert_eq!(rl.optimizer.learning_rate, 1e-5);
        assert_eq!(
            (rl.clip_low, rl.clip_high, rl.kl_weight, rl.target_kl),
            (Some(0.2), Some(0.2), Some(0.1), Some(0.01))
        );
    }

    #[test]
    fn values_are_overruled_and_wrong_ones_named() {
        let set = |line: &str| Recipe::named("tiny", &[line.to_owned()]);
        assert_eq!(
            set("sft.optimizer.learning_rate=0.5")
                .unwrap()
                .sft
                .optimizer
                .learning_rate,
            0.5
        );
        let error = |line| set(line).unwrap_err().to_string();
        assert!(error("sft.epoch=1").contains("unknown field `epoch`"));
        assert!(error("sft.epochs").contains("`sft.epochs`"));
        let unknown = Recipe::named("huge", &[]).unwrap_err().to_string();
        assert_eq!(
            unknown,
            "`recipe`: `huge` is none of mission, pretrain, smollm2, tiny"
        );
    }
}
