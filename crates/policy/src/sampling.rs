//! Which token comes next.
//!
//! Rules apply in the order of `transformers`: repetition penalty (Keskar et al. 2019), temperature, top-k (Fan et al.
//! 2018), top-p (Holtzman et al. 2020), min-p (Nguyen et al. 2024).

use scrl_kernels::{head, philox};

/// How tokens are chosen. The default takes them as likely as the model says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// What logits are divided by; 0 takes the likeliest token, the first of equals.
    pub temperature: f32,
    /// Only so many of the likeliest, and what is as likely as the last of them.
    pub top_k: Option<usize>,
    /// Only the likeliest that together reach this share of the probability, above 0 and at most 1.
    pub top_p: f32,
    /// Only those at least this many times as likely as the likeliest, from 0 to 1.
    pub min_p: f32,
    /// What logits of tokens that occurred are divided by if positive, and multiplied with if not; above 0, 1 for none.
    pub repetition_penalty: f32,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 1.0,
            top_k: None,
            top_p: 1.0,
            min_p: 0.0,
            repetition_penalty: 1.0,
        }
    }
}

impl Sampling {
    /// The likeliest token, always.
    pub const GREEDY: Self = Self {
        temperature: 0.0,
        top_k: None,
        top_p: 1.0,
        min_p: 0.0,
        repetition_penalty: 1.0,
    };

    /// What is out of range, in words for people.
    ///
    /// # Errors
    /// If something is.
    pub fn check(&self) -> Result<(), String> {
        let rules = [
            (
                self.temperature >= 0.0 && self.temperature.is_finite(),
                "temperature must be at least 0",
            ),
            (self.top_k != Some(0), "top_k must be at least 1"),
            (
                self.top_p > 0.0 && self.top_p <= 1.0,
                "top_p must be above 0 and at most 1",
            ),
            (
                (0.0..=1.0).contains(&self.min_p),
                "min_p must be from 0 to 1",
            ),
            (
                self.repetition_penalty > 0.0 && self.repetition_penalty.is_finite(),
                "repetition_penalty must be above 0",
            ),
        ];
        rules
            .iter()
            .find(|(holds, _)| !holds)
            .map_or(Ok(()), |(_, rule)| Err((*rule).to_owned()))
    }

    /// Chooses a token, with `uniform` from 0 to below 1 for the chance in it. `history` is every token so far; `logits`
    /// are used up.
    pub(crate) fn choose(&self, logits: &mut [f32], history: &[u32], uniform: f64) -> u32 {
        self.penalize(logits, history);
        if self.temperature == 0.0 {
            return likeliest(logits);
        }
        head::weights(logits, self.temperature);
        if let Some(count) = self.top_k {
            keep_top(logits, count);
        }
        if self.top_p < 1.0 {
            keep_share(logits, self.top_p);
        }
        drop_below(logits, self.min_p);
        draw(logits, uniform)
    }

    fn penalize(&self, logits: &mut [f32], history: &[u32]) {
        if (self.repetition_penalty - 1.0).abs() < f32::EPSILON {
            return;
        }
        let mut tokens = history.to_vec();
        tokens.sort_unstable();
        tokens.dedup();
        for token in tokens {
            let logit = &mut logits[token as usize];
            *logit = if *logit > 0.0 {
                *logit / self.repetition_penalty
            } else {
                *logit * self.repetition_penalty
            };
        }
    }
}

/// The chance for one token of one sequence: from 0 to below 1, in steps of 2^-53.
pub(crate) fn uniform(seed: u64, position: usize) -> f64 {
    let [a, b, ..] = philox([position as u32, (position >> 32) as u32, 0, 0], seed);
    let bits = (u64::from(a) << 32 | u64::from(b)) >> 11;
    bits as f64 / (1u64 << 53) as f64
}

fn likeliest(logits: &[f32]) -> u32 {
    let mut best = 0;
    for (token, logit) in logits.iter().enumerate() {
        if *logit > logits[best] {
            best = token;
        }
    }
    best as u32
}

fn drop_below(weights: &mut [f32], least: f32) {
    for weight in weights {
        if *weight < least {
            *weight = 0.0;
        }
    }
}

fn keep_top(weights: &mut [f32], count: usize) {
    if count < weights.len() {
        let mut sorted = weights.to_vec();
        let (_, least, _) = sorted.select_nth_unstable_by(count - 1, |a, b| b.total_cmp(a));
        drop_below(weights, *least);
    }
}

fn keep_share(weights: &mut [f32], share: f32) {
    let total = sum(weights);
    let wanted = f64::from(share) * total;
    // What is lighter than this cannot be needed: all of it together is less than what may be left out.
    let light = ((total - wanted) / weights.len() as f64) as f32 * 0.999;
    let heavy = weights
        .iter()
        .enumerate()
        .filter(|(_, weight)| **weight > light);
    let mut heavy: Vec<(usize, f32)> = heavy.map(|(token, weight)| (token, *weight)).collect();
    heavy.sort_unstable_by(|(a, x), (b, y)| y.total_cmp(x).then(a.cmp(b)));
    weights.fill(0.0);
    let mut reached = 0.0;
    for (token, weight) in heavy {
        weights[token] = weight;
        reached += f64::from(weight);
        if reached >= wanted {
            return;
        }
    }
}

/// The token at which the sum of weights passes its share `uniform`.
fn draw(weights: &[f32], uniform: f64) -> u32 {
    let wanted = uniform * sum(weights);
    let mut reached = 0.0;
    let mut last = 0;
    for (token, weight) in weights
        .iter()
        .enumerate()
        .filter(|(_, weight)| **weight > 0.0)
    {
        reached += f64::from(*weight);
        last = token;
        if reached > wanted {
            break;
        }
    }
    last as u32
}

fn sum(weights: &[f32]) -> f64 {
    weights.iter().map(|weight| f64::from(*weight)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Logits with these probabilities.
    fn logits(probabilities: &[f32]) -> Vec<f32> {
        probabilities.iter().map(|p| p.ln()).collect()
    }

    const FIVE: [f32; 5] = [0.1, 0.4, 0.05, 0.3, 0.15];

    /// How often each token is chosen, over evenly spread chances.
    fn shares(sampling: Sampling, probabilities: &[f32], history: &[u32]) -> Vec<f64> {
        let mut counts = vec![0.0; probabilities.len()];
        for step in 0..10_000 {
            let token = sampling.choose(&mut logits(probabilities), history, f64::from(step) / 1e4);
            counts[token as usize] += 1e-4;
        }
        counts
    }

    fn assert_shares(sampling: Sampling, history: &[u32], want: [f64; 5]) {
        let got = shares(sampling, &FIVE, history);
        let close = got
            .iter()
            .zip(&want)
            .all(|(got, want)| (got - want).abs() < 2e-4);
        assert!(close, "{got:?}, not {want:?}");
    }

    #[test]
    fn tokens_come_as_often_as_the_rules_say() {
        let all = Sampling::default();
        assert_shares(all, &[], [0.1, 0.4, 0.05, 0.3, 0.15]);
        assert_shares(
            Sampling {
                top_k: Some(2),
                ..all
            },
            &[],
            [0.0, 4.0 / 7.0, 0.0, 3.0 / 7.0, 0.0],
        );
        assert_shares(
            Sampling {
                top_k: Some(9),
                ..all
            },
            &[],
            [0.1, 0.4, 0.05, 0.3, 0.15],
        );
        assert_shares(
            Sampling { top_p: 0.69, ..all },
            &[],
            [0.0, 4.0 / 7.0, 0.0, 3.0 / 7.0, 0.0],
        );
        assert_shares(
            Sampling { top_p: 0.01, ..all },
            &[],
            [0.0, 1.0, 0.0, 0.0, 0.0],
        );
        assert_shares(
            Sampling { min_p: 0.3, ..all },
            &[],
            [0.0, 8.0 / 17.0, 0.0, 6.0 / 17.0, 3.0 / 17.0],
        );
        let squares: f64 = FIVE.iter().map(|p| f64::from(p * p)).sum();
        let want = FIVE.map(|p| f64::from(p * p) / squares);
        assert_shares(
            Sampling {
                temperature: 0.5,
                ..all
            },
            &[],
            want,
        );
        assert_shares(Sampling::GREEDY, &[], [0.0, 1.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn top_p_counts_after_top_k() {
        let sampling = Sampling {
            top_k: Some(2),
            top_p: 0.5,
            ..Sampling::default()
        };
        assert_shares(sampling, &[], [0.0, 1.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn repetition_is_penalized_once_for_each_token() {
        // Logits are negative here, so they are multiplied.
        let sampling = Sampling {
            repetition_penalty: 2.0,
            ..Sampling::default()
        };
        let kept = 1.0 - 0.4 + 0.16;
        let want = [
            0.1 / kept,
            0.16 / kept,
            0.05 / kept,
            0.3 / kept,
            0.15 / kept,
        ];
        assert_shares(sampling, &[1, 1, 1], want);
        let mut logits = [2.0, 3.0];
        let greedy = Sampling {
            repetition_penalty: 2.0,
            ..Sampling::GREEDY
        };
        assert_eq!(greedy.choose(&mut logits, &[1], 0.0), 0);
    }

    #[test]
    fn the_first_of_equals_is_the_greedy_choice() {
        assert_eq!(Sampling::GREEDY.choose(&mut [0.5, 1.0, 1.0], &[], 0.9), 1);
    }

    #[test]
    fn chances_are_spread_and_below_one() {
        let chances: Vec<f64> = (0..10_000).map(|position| uniform(7, position)).collect();
        assert!(chances.iter().all(|chance| (0.0..1.0).contains(chance)));
        let mean = chances.iter().sum::<f64>() / 1e4;
        // Five standard deviations.
        assert!((mean - 0.5).abs() < 0.0145, "{mean}");
        assert_ne!(uniform(7, 0).to_bits(), uniform(8, 0).to_bits());
        // All chance in the last token: rounding must not walk past it.
        assert_eq!(draw(&[1.0, 1.0, 0.0], 1.0 - f64::EPSILON / 2.0), 1);
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let all = Sampling::default();
        let wrong = [
            (
                Sampling {
                    temperature: -1.0,
                    ..all
                },
                "temperature",
            ),
            (
                Sampling {
                    temperature: f32::NAN,
                    ..all
                },
                "temperature",
            ),
            (
                Sampling {
                    top_k: Some(0),
                    ..all
                },
                "top_k",
            ),
            (Sampling { top_p: 0.0, ..all }, "top_p"),
            (Sampling { min_p: 1.5, ..all }, "min_p"),
            (
                Sampling {
                    repetition_penalty: 0.0,
                    ..all
                },
                "repetition_penalty",
            ),
        ];
        for (sampling, name) in wrong {
            assert!(sampling.check().unwrap_err().starts_with(name));
        }
        assert_eq!(all.check(), Ok(()));
    }
}
