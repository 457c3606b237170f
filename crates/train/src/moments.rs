//! Mean and deviation, and what is done with them.

/// Mean and deviation of some numbers; 0 where there are too few.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    /// Their mean.
    pub mean: f64,
    /// Their deviation as a sample's, with one less than their number below.
    pub deviation: f64,
}

impl Moments {
    /// Those of `numbers`.
    pub fn of(numbers: &[f64]) -> Self {
        let count = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / count.max(1.0);
        let squares: f64 = numbers.iter().map(|x| (x - mean) * (x - mean)).sum();
        Self {
            mean,
            deviation: (squares / (count - 1.0).max(1.0)).sqrt(),
        }
    }
}

/// Makes mean 0 and variance 1 of all advantages of a batch together: `(A - mean) / sqrt(var + 1e-8)`.
///
/// Over the whole batch, since among the few of a mini-batch it makes much of nothing: two become +1 and -1, whatever they were.
/// Source: Andrychowicz et al. 2021, section 3.5; the constant is that of TRL.
pub fn whiten(advantages: &mut [Vec<f64>]) {
    let all: Vec<f64> = advantages.iter().flatten().copied().collect();
    let Moments { mean, deviation } = Moments::of(&all);
    let scale = 1.0 / (deviation * deviation + 1e-8).sqrt();
    for advantage in advantages.iter_mut().flatten() {
        *advantage = (*advantage - mean) * scale;
    }
}

/// One advantage from several rewards: each is put through `advantage` by itself, then they are summed with weights.
///
/// Summed first, a reward that hardly varies, or varies much, drowns the others. Liu et al. 2026 (GDPO), equations 4 to 6; the
/// normalisation over the batch that follows there is [`whiten`].
///
/// `rewards` is `(G, K)`: for each answer, its rewards. Output `(G,)`.
///
/// # Panics
/// If an answer has another number of rewards than there are weights.
pub fn decoupled(
    rewards: &[&[f64]],
    weights: &[f64],
    advantage: fn(&[f64]) -> Vec<f64>,
) -> Vec<f64> {
    let mut sum = vec![0.0; rewards.len()];
    for (k, weight) in weights.iter().enumerate() {
        let one: Vec<f64> = rewards.iter().map(|rewards| rewards[k]).collect();
        for (sum, advantage) in sum.iter_mut().zip(advantage(&one)) {
            *sum += weight * advantage;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::normalized;

    #[test]
    fn whitened_numbers_have_mean_0_and_variance_1() {
        let mut advantages = vec![vec![1.0, 2.0], vec![], vec![4.0, 9.0, -3.0]];
        whiten(&mut advantages);
        let all: Vec<f64> = advantages.into_iter().flatten().collect();
        let Moments { mean, deviation } = Moments::of(&all);
        assert!(mean.abs() < 1e-12 && (deviation - 1.0).abs() < 1e-6);
    }

    #[test]
    fn nothing_to_tell_apart_becomes_0() {
        let mut advantages = vec![vec![0.25; 3]];
        whiten(&mut advantages);
        assert_eq!(advantages, [[0.0; 3]]);
        whiten(&mut []);
    }

    #[test]
    fn a_constant_reward_does_not_drown_another() {
        let rewards: [&[f64]; 3] = [&[1.0, 0.0], &[1.0, 0.001], &[1.0, 0.002]];
        let both = decoupled(&rewards, &[0.5, 1.0], normalized);
        let alone = normalized(&[0.0, 0.001, 0.002]);
        assert!(both.iter().zip(alone).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}
