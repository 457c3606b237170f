//! From judged answers to advantages of their tokens.

use crate::algorithm::{KlPlace, Parts, Source};
use crate::gae::{self, Discounts};
use crate::group;
use crate::moments::{Moments, decoupled, whiten};

/// An answer with its rewards, and what was said of its tokens when it was made. Vectors are `(T,)`, one for each token of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Episode {
    /// Answers to the same prompt have the same.
    pub group: usize,
    /// `None`: what was to judge it failed. It then counts nowhere.
    pub rewards: Option<Vec<f64>>,
    /// Whether the answer came to its end, and was not cut.
    pub is_whole: bool,
    /// Log-probabilities by the policy that made it.
    pub old: Vec<f64>,
    /// Log-probabilities by the reference.
    pub reference: Vec<f64>,
    /// The value head's word; zeros without one.
    pub values: Vec<f64>,
}

/// What an update is to do with an answer. Both `(T,)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// How much better each token was than expected.
    pub advantages: Vec<f64>,
    /// What the value head should have said.
    pub returns: Vec<f64>,
}

/// How rewards become advantages, beside the algorithm.
#[derive(Clone, Debug, PartialEq)]
pub struct Shaping {
    /// Of GAE.
    pub discounts: Discounts,
    /// The weight of each reward in the sum.
    pub reward_weights: Vec<f64>,
    /// The weight of the KL penalty, where it goes into the reward.
    pub kl_weight: f64,
    /// What is taken from the reward of an answer that was cut.
    pub missing_end_penalty: f64,
    /// Whether answers that were cut are left out.
    pub mask_truncated: bool,
}

impl Episode {
    /// `k1`, summed over the answer.
    pub fn kl(&self) -> f64 {
        let pairs = self.old.iter().zip(&self.reference);
        pairs.map(|(old, reference)| old - reference).sum()
    }
}

/// What to do with each answer; `None` for those that are left out: without rewards, cut (if those are masked), or in a group that
/// teaches nothing (if those are dropped). What is left out has no part in means and deviations either.
pub fn targets(episodes: &[Episode], parts: &Parts, shaping: &Shaping) -> Vec<Option<Target>> {
    let counts = |episode: &Episode| {
        let judged = episode.rewards.is_some() && !episode.old.is_empty();
        judged && (episode.is_whole || !shaping.mask_truncated)
    };
    let mut kept: Vec<usize> = (0..episodes.len())
        .filter(|index| counts(&episodes[*index]))
        .collect();
    if parts.drop_uninformative {
        let all = groups(episodes, &kept);
        kept = all
            .into_iter()
            .filter(|group| teaches(episodes, group))
            .flatten()
            .collect();
        kept.sort_unstable();
    }
    let of = |index: usize| &episodes[index];
    let in_reward = if parts.kl == KlPlace::Reward {
        shaping.kl_weight
    } else {
        0.0
    };
    let mut advantages: Vec<Vec<f64>> = match parts.source {
        Source::Values | Source::Returns => {
            let totals = totals(episodes, &kept, shaping);
            let each = kept.iter().zip(totals);
            each.map(|(index, total)| {
                let rewards = token_rewards(of(*index), total, in_reward);
                match parts.source {
                    Source::Values => {
                        gae::advantages(&rewards, &of(*index).values, shaping.discounts)
                    }
                    _ => gae::returns_to_go(&rewards),
                }
            })
            .collect()
        }
        Source::Group(advantage) => {
            let answers = group_advantages(episodes, &kept, shaping, advantage, in_reward);
            let each = kept.iter().zip(answers);
            each.map(|(index, answer)| vec![answer; of(*index).old.len()])
                .collect()
        }
    };
    // What the value head is to learn is in the units of the reward: before whitening.
    let returns: Vec<Vec<f64>> = kept
        .iter()
        .zip(&advantages)
        .map(|(index, advantages)| {
            let pairs = advantages.iter().zip(&of(*index).values);
            pairs.map(|(advantage, value)| advantage + value).collect()
        })
        .collect();
    if parts.whiten {
        whiten(&mut advantages);
    }
    let mut targets = vec![None; episodes.len()];
    for ((index, advantages), returns) in kept.into_iter().zip(advantages).zip(returns) {
        targets[index] = Some(Target {
            advantages,
            returns,
        });
    }
    targets
}

/// `-β k1` at each token, and the reward at the last one.
fn token_rewards(episode: &Episode, total: f64, kl_weight: f64) -> Vec<f64> {
    let pairs = episode.old.iter().zip(&episode.reference);
    let mut rewards: Vec<f64> = pairs
        .map(|(old, reference)| -kl_weight * (old - reference))
        .collect();
    if let Some(last) = rewards.last_mut() {
        *last += total;
    }
    rewards
}

/// The answers that are kept, by prompt.
fn groups(episodes: &[Episode], kept: &[usize]) -> Vec<Vec<usize>> {
    let mut groups: std::collections::BTreeMap<usize, Vec<usize>> =
        std::collections::BTreeMap::new();
    for index in kept {
        groups
            .entry(episodes[*index].group)
            .or_default()
            .push(*index);
    }
    groups.into_values().collect()
}

fn rewards(episode: &Episode) -> &[f64] {
    episode
        .rewards
        .as_deref()
        .expect("episodes without rewards were left out")
}

fn teaches(episodes: &[Episode], group: &[usize]) -> bool {
    let count = group
        .first()
        .map_or(0, |first| rewards(&episodes[*first]).len());
    (0..count).any(|k| {
        let one: Vec<f64> = group.iter().map(|i| rewards(&episodes[*i])[k]).collect();
        group::is_informative(&one)
    })
}

/// Rewards and their weights. A penalty for a missing end is taken from a single reward, and is one more beside several.
fn columns(episode: &Episode, shaping: &Shaping) -> Vec<f64> {
    let cut = if episode.is_whole { 0.0 } else { -1.0 };
    let mut columns = rewards(episode).to_vec();
    match columns.as_mut_slice() {
        [only] => *only = shaping.reward_weights[0] * *only + shaping.missing_end_penalty * cut,
        _ => columns.push(cut),
    }
    columns
}

fn weights(shaping: &Shaping) -> Vec<f64> {
    match shaping.reward_weights.as_slice() {
        [_] => vec![1.0],
        several => [several, &[shaping.missing_end_penalty]].concat(),
    }
}

/// One number for each answer. Several rewards are brought to mean 0 and deviation 1 over the batch first.
fn totals(episodes: &[Episode], kept: &[usize], shaping: &Shaping) -> Vec<f64> {
    let columns: Vec<Vec<f64>> = kept
        .iter()
        .map(|index| columns(&episodes[*index], shaping))
        .collect();
    let rows: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let scaled: fn(&[f64]) -> Vec<f64> = if shaping.reward_weights.len() == 1 {
        <[f64]>::to_vec
    } else {
        group::normalized
    };
    decoupled(&rows, &weights(shaping), scaled)
}

/// One advantage for each answer that is kept, in their order.
fn group_advantages(
    episodes: &[Episode],
    kept: &[usize],
    shaping: &Shaping,
    advantage: fn(&[f64]) -> Vec<f64>,
    kl_weight: f64,
) -> Vec<f64> {
    let mut by_index = vec![0.0; episodes.len()];
    for group in groups(episodes, kept) {
        let columns: Vec<Vec<f64>> = group
            .iter()
            .map(|index| columns(&episodes[*index], shaping))
            .collect();
        let rows: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let rewards = decoupled(&rows, &weights(shaping), advantage);
        // Only RLOO puts the penalty into the reward; its advantage is linear, so the sum may come later.
        let penalties: Vec<f64> = group
            .iter()
            .map(|index| -kl_weight * episodes[*index].kl())
            .collect();
        for ((index, reward), penalty) in group
            .iter()
            .zip(rewards)
            .zip(group::leave_one_out(&penalties))
        {
            by_index[*index] = reward + penalty;
        }
    }
    kept.iter().map(|index| by_index[*index]).collect()
}

/// Mean and deviation of each reward over the answers that have one.
pub fn reward_moments(episodes: &[Episode]) -> Vec<Moments> {
    let judged: Vec<&[f64]> = episodes
        .iter()
        .filter_map(|episode| episode.rewards.as_deref())
        .collect();
    let count = judged.first().map_or(0, |rewards| rewards.len());
    (0..count)
        .map(|k| Moments::of(&judged.iter().map(|rewards| rewards[k]).collect::<Vec<_>>()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::Algorithm;

    fn episode(group: usize, reward: Option<f64>, is_whole: bool) -> Episode {
        Episode {
            group,
            rewards: reward.map(|reward| vec![reward]),
            is_whole,
            old: vec![-1.0, -2.0],
            reference: vec![-1.5, -1.0],
            values: vec![0.25, 0.5],
        }
    }

    fn shaping() -> Shaping {
        Shaping {
            discounts: Discounts::default(),
            reward_weights: vec![1.0],
            kl_weight: 0.1,
            missing_end_penalty: 0.0,
            mask_truncated: false,
        }
    }

    #[test]
    fn what_has_no_reward_counts_nowhere() {
        for algorithm in Algorithm::ALL {
            let parts = algorithm.parts();
            let judged = [
                episode(0, Some(0.0), true),
                episode(0, Some(1.0), true),
                episode(0, Some(0.25), true),
            ];
            let alone = targets(&judged, &parts, &shaping());
            let [a, b, c] = judged;
            let with = [a, episode(0, None, true), b, c, episode(1, None, false)];
            let got = targets(&with, &parts, &shaping());
            assert_eq!(got[1], None);
            assert_eq!(got[4], None);
            let rest: Vec<_> = got.into_iter().flatten().collect();
            assert_eq!(rest, alone.into_iter().flatten().collect::<Vec<_>>());
        }
    }

    #[test]
    fn answers_that_were_cut_are_masked_or_penalized() {
        let parts = Algorithm::DrGrpo.parts();
        let both = [episode(0, Some(1.0), true), episode(0, Some(1.0), false)];
        let masked = Shaping {
            mask_truncated: true,
            ..shaping()
        };
        assert_eq!(targets(&both, &parts, &masked)[1], None);
        let penalized = Shaping {
            missing_end_penalty: 0.5,
            ..shaping()
        };
        let got = targets(&both, &parts, &penalized);
        let first = |target: &Option<Target>| target.as_ref().unwrap().advantages[0];
        assert!((first(&got[0]) - 0.25).abs() < 1e-12);
        assert!((first(&got[1]) + 0.25).abs() < 1e-12);
    }

    #[test]
    fn groups_that_teach_nothing_are_left_out_by_dapo_only() {
        let same = [episode(0, Some(1.0), true), episode(0, Some(1.0), true)];
        assert_eq!(
            targets(&same, &Algorithm::Dapo.parts(), &shaping()),
            [None, None]
        );
        let got = targets(&same, &Algorithm::Grpo.parts(), &shaping());
        assert!(got.iter().all(Option::is_some));
    }
}
