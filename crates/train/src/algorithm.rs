//! The algorithms: each is a way from rewards to advantages, and a choice of loss.

use serde::{Deserialize, Serialize};

use crate::aggregate::Aggregate;
use crate::clip::Clip;
use crate::group;
use crate::kl::Estimator;

/// An algorithm of policy-gradient training, by its usual name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// With a value head. Schulman et al. 2017; for language models Ziegler et al. 2019.
    Ppo,
    /// Shao et al. 2024.
    Grpo,
    /// Liu et al. 2025: neither deviation nor length below.
    DrGrpo,
    /// Yu et al. 2025: clipped higher above, by token, groups that teach nothing left out, no reference.
    Dapo,
    /// Zheng et al. 2025: the ratio of an answer is the geometric mean of those of its tokens (equation 7).
    Gspo,
    /// Ahmadian et al. 2024. The ratio is clipped, which the paper's single step for each batch has no need of.
    Rloo,
    /// Hu et al. 2025: rewards to come, with the KL penalty in them, whitened over the batch.
    ReinforcePlusPlus,
}

/// Where advantages come from.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// The value head: [`crate::gae`].
    Values,
    /// The other answers to the prompt: a function of [`crate::group`].
    Group(fn(&[f64]) -> Vec<f64>),
    /// Nothing: the rewards to come.
    Returns,
}

/// Where the penalty for leaving the reference goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KlPlace {
    /// Into the reward, by `k1`.
    Reward,
    /// Into the loss.
    Loss(Estimator),
}

/// What an algorithm is made of. Numbers are those of its paper.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// Where advantages come from.
    pub source: Source,
    /// Whether advantages are whitened over the batch.
    pub whiten: bool,
    /// Whether the ratio is that of the whole answer.
    pub answer_ratio: bool,
    /// What a token's loss counts for.
    pub aggregate: Aggregate,
    /// Where ratios are clipped.
    pub clip: Clip,
    /// Where the KL penalty goes.
    pub kl: KlPlace,
    /// The weight of the KL penalty.
    pub kl_weight: f64,
    /// Whether groups with equal rewards are left out.
    pub drop_uninformative: bool,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Ppo,
        Self::Grpo,
        Self::DrGrpo,
        Self::Dapo,
        Self::Gspo,
        Self::Rloo,
        Self::ReinforcePlusPlus,
    ];

    /// What it is made of.
    pub fn parts(self) -> Parts {
        let symmetric = |epsilon| Clip {
            low: epsilon,
            high: epsilon,
            dual: None,
        };
        let grpo = Parts {
            source: Source::Group(group::normalized),
            whiten: false,
            answer_ratio: false,
            aggregate: Aggregate::AnswerMean,
            clip: symmetric(0.2),
            kl: KlPlace::Loss(Estimator::K3StraightThrough),
            kl_weight: 0.0,
            drop_uninformative: false,
        };
        match self {
            Self::Ppo => Parts {
                source: Source::Values,
                whiten: true,
                aggregate: Aggregate::TokenMean,
                clip: Clip {
                    dual: Some(3.0),
                    ..symmetric(0.2)
                },
                kl: KlPlace::Reward,
                kl_weight: 0.1,
                ..grpo
            },
            Self::Grpo => Parts {
                kl_weight: 0.04,
                ..grpo
            },
            Self::DrGrpo => Parts {
                source: Source::Group(group::centered),
                aggregate: Aggregate::FixedLength,
                ..grpo
            },
            Self::Dapo => Parts {
                aggregate: Aggregate::TokenMean,
                clip: Clip {
                    low: 0.2,
                    high: 0.28,
                    dual: None,
                },
                drop_uninformative: true,
                ..grpo
            },
            Self::Gspo => Parts {
                answer_ratio: true,
                clip: Clip {
                    low: 3e-4,
                    high: 4e-4,
                    dual: None,
                },
                ..grpo
            },
            Self::Rloo => Parts {
                source: Source::Group(group::leave_one_out),
                aggregate: Aggregate::AnswerSum,
                kl: KlPlace::Reward,
                kl_weight: 0.03,
                ..grpo
            },
            Self::ReinforcePlusPlus => Parts {
                source: Source::Returns,
                whiten: true,
                aggregate: Aggregate::TokenMean,
                kl: KlPlace::Reward,
                kl_weight: 0.01,
                ..grpo
            },
        }
    }

    /// Whether it needs a value head.
    pub fn has_critic(self) -> bool {
        matches!(self.parts().source, Source::Values)
    }

    /// The name used in recipes, records and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ppo => "ppo",
            Self::Grpo => "grpo",
            Self::DrGrpo => "dr_grpo",
            Self::Dapo => "dapo",
            Self::Gspo => "gspo",
            Self::Rloo => "rloo",
            Self::ReinforcePlusPlus => "reinforce_plus_plus",
        }
    }
}
