//! An algorithm, and the reward that it is given.

use std::str::FromStr;

/// `ppo`, or `ppo:seed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variant {
    pub(super) algorithm: String,
    pub(super) reward: String,
}

const USUAL: &str = "gated";

impl Variant {
    /// As it is written on the command line.
    pub(super) fn name(&self) -> String {
        let Self { algorithm, reward } = self;
        if reward == USUAL {
            algorithm.clone()
        } else {
            format!("{algorithm}:{reward}")
        }
    }
}

impl FromStr for Variant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (algorithm, reward) = text.split_once(':').unwrap_or((text, USUAL));
        if !["seed", "staged", "gated", "binary"].contains(&reward) {
            return Err(format!(
                "`{reward}` is no reward: seed, staged, gated or binary is"
            ));
        }
        Ok(Self {
            algorithm: algorithm.to_owned(),
            reward: reward.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_reads_back_as_it_is_named() {
        for name in ["ppo", "ppo:seed", "dr-grpo:binary"] {
            assert_eq!(name.parse::<Variant>().unwrap().name(), name);
        }
        assert_eq!("grpo:gated".parse::<Variant>().unwrap().name(), "grpo");
        assert!("ppo:loss".parse::<Variant>().is_err());
    }
}
