//! The output layer: from hidden states to the log-probability and the entropy of each token's prediction.
//!
//! `z = h Wᵀ` with `h (tokens, width)`, `W (vocabulary, width)`; `log p_t = z_t - logsumexp(z)`,
//! `H = -sum_j p_j log p_j = logsumexp(z) - sum_j p_j z_j`, in nats. Logits exist for as many tokens at a time as there
//! is room for, never for all.
//!
//! The way back: `d log p_t / dz_j = [j = t] - p_j` and `dH / dz_j = -p_j (log p_j + H)`.

use crate::gemm::{Matrix, MatrixMut, Right, Start, gemm};
use crate::math::{exp, max, sum};
use crate::simd::vectorized;
use crate::weight::Weight;
use crate::workspace::Workspace;

/// What the model says of one token.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TokenScore {
    /// `log p_t`, in nats; cross-entropy is its negative.
    pub log_prob: f32,
    /// `H`, in nats.
    pub entropy: f32,
}

/// Writes the score of `targets[i]` after the hidden state `i`.
///
/// `logits` is room for the logits of at least one token, better for 64 and more.
///
/// # Panics
/// If the shapes do not fit together, or a target is outside the vocabulary.
pub fn forward(
    hidden: &[f32],
    weight: &Weight,
    targets: &[u32],
    logits: &mut [f32],
    scores: &mut [TokenScore],
    workspace: &mut Workspace,
) {
    assert_eq!(targets.len(), scores.len(), "numbers of targets and scores");
    for_blocks(
        hidden,
        weight,
        targets,
        logits,
        workspace,
        |first, logits, _, _| {
            let rows = logits
                .chunks_exact_mut(weight.outputs())
                .zip(&targets[first..]);
            for ((logits, target), score) in rows.zip(&mut scores[first..]) {
                *score = measure(logits, *target).0;
            }
        },
    );
}

/// [`forward`], and adds to `dhidden` the gradient of a loss that `slope` knows: given a token's index and score, it
/// returns the derivatives of the loss by log-probability and by entropy. A weight that is trained takes its gradient
/// in `dweight (vocabulary, width)`.
///
/// # Panics
/// As [`forward`].
#[allow(clippy::too_many_arguments, reason = "slices with a shape each")]
pub fn forward_backward(
    hidden: &[f32],
    weight: &Weight,
    targets: &[u32],
    logits: &mut [f32],
    mut slope: impl FnMut(usize, TokenScore) -> TokenScore,
    dhidden: &mut [f32],
    mut dweight: Option<&mut [f32]>,
    workspace: &mut Workspace,
) {
    assert_eq!(
        hidden.len(),
        dhidden.len(),
        "lengths of hidden states and gradient"
    );
    let (vocabulary, width) = (weight.outputs(), weight.inputs());
    for_blocks(
        hidden,
        weight,
        targets,
        logits,
        workspace,
        |first, logits, hidden, workspace| {
            let rows = logits.chunks_exact_mut(vocabulary).zip(&targets[first..]);
            for (index, (logits, target)) in rows.enumerate() {
                let (score, normalizer) = measure(logits, *target);
                let slope = slope(first + index, score);
                differentiate(logits, *target, score.entropy, normalizer, slope);
            }
            let slopes = Matrix::new(logits, hidden.rows(), vocabulary);
            let to = &mut dhidden[first * width..][..hidden.rows() * width];
            let to = MatrixMut::new(to, hidden.rows(), width);
            gemm(
                slopes,
                Right::WeightTransposed(weight),
                to,
                Start::Add,
                workspace,
            );
            if let Some(dweight) = &mut dweight {
                let to = MatrixMut::new(dweight, vocabulary, width);
                gemm(
                    slopes.transposed(),
                    Right::Matrix(hidden),
                    to,
                    Start::Add,
                    workspace,
                );
            }
        },
    );
}

/// Writes the logits after each hidden state, `(tokens, vocabulary)`: for a few tokens at a time.
///
/// # Panics
/// If the shapes do not fit together.
pub fn logits(hidden: &[f32], weight: &Weight, logits: &mut [f32], workspace: &mut Workspace) {
    let rows = hidden.len() / weight.inputs();
    let hidden = Matrix::new(hidden, rows, weight.inputs());
    let to = MatrixMut::new(logits, rows, weight.outputs());
    gemm(hidden, Right::Weight(weight), to, Start::Zero, workspace);
}

/// The score of a target by logits that are there already: the bits of [`forward`].
///
/// # Panics
/// If the target is outside the vocabulary.
pub fn score(logits: &[f32], target: u32) -> TokenScore {
    measure(logits, target).0
}

/// Turns the logits of one token into weights in proportion to its probabilities at a temperature, 1 for the likeliest.
///
/// # Panics
/// If the temperature is not above 0.
pub fn weights(logits: &mut [f32], temperature: f32) {
    assert!(temperature > 0.0, "a temperature of {temperature}");
    soften(logits, 1.0 / temperature);
}

/// Calls `visit` with the first token of a block, its logits and its hidden states.
fn for_blocks(
    hidden: &[f32],
    weight: &Weight,
    targets: &[u32],
    logits: &mut [f32],
    workspace: &mut Workspace,
    mut visit: impl FnMut(usize, &mut [f32], Matrix, &mut Workspace),
) {
    let (vocabulary, width) = (weight.outputs(), weight.inputs());
    assert_eq!(
        hidden.len(),
        targets.len() * width,
        "length of the hidden states"
    );
    assert!(
        targets.iter().all(|target| (*target as usize) < vocabulary),
        "a target outside the vocabulary"
    );
    let block = logits.len() / vocabulary;
    assert!(
        block > 0,
        "room for {} logits of {vocabulary}",
        logits.len()
    );
    for first in (0..targets.len()).step_by(block) {
        let rows = block.min(targets.len() - first);
        let hidden = &hidden[first * width..][..rows * width];
        let block = &mut logits[..rows * vocabulary];
        self::logits(hidden, weight, block, workspace);
        visit(first, block, Matrix::new(hidden, rows, width), workspace);
    }
}

/// Vocabulary entries whose exponentials are summed at a time.
const PART: usize = 512;

vectorized! {
    /// Score of `target`, and `logsumexp(z)`. Parts are summed in `f64`: a vocabulary is long.
    fn measure(logits: &[f32], target: u32) -> (TokenScore, f32) {
        let most = max(logits);
        let (mut total, mut average) = (0.0f64, 0.0f64);
        let (mut weights, mut products) = ([0.0; PART], [0.0; PART]);
        for part in logits.chunks(PART) {
            let (weights, products) = (&mut weights[..part.len()], &mut products[..part.len()]);
            for ((weight, product), logit) in weights.iter_mut().zip(products.iter_mut()).zip(part) {
                *weight = exp(logit - most);
                *product = *weight * (logit - most);
            }
            total += f64::from(sum(weights));
            average += f64::from(sum(products));
        }
        let above = total.ln();
        let log_prob = f64::from(logits[target as usize]) - f64::from(most) - above;
        let entropy = above - average / total;
        let score = TokenScore { log_prob: log_prob as f32, entropy: entropy as f32 };
        (score, (f64::from(most) + above) as f32)
    }
}

vectorized! {
    fn soften(logits: &mut [f32], sharpness: f32) {
        let most = max(logits);
        for logit in &mut *logits {
            *logit = exp((*logit - most) * sharpness);
        }
    }
}

vectorized! {
    /// Turns logits into the gradient of the loss by them.
    fn differentiate(logits: &mut [f32], target: u32, entropy: f32, normalizer: f32, slope: TokenScore) {
        for logit in &mut *logits {
            let log_prob = *logit - normalizer;
            let wanted = slope.entropy.mul_add(log_prob + entropy, slope.log_prob);
            *logit = -exp(log_prob) * wanted;
        }
        logits[target as usize] += slope.log_prob;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{assert_close, assert_same_bits, gradient, noise, wide};
    use crate::weight::Precision;

    const WIDTH: usize = 5;
    const VOCABULARY: usize = 1030;
    const TARGETS: [u32; 3] = [1029, 0, 600];

    fn reference(hidden: &[f64], weight: &[f64]) -> Vec<(f64, f64)> {
        let score = |(h, target): (&[f64], &u32)| {
            let z: Vec<f64> = weight
                .chunks_exact(WIDTH)
                .map(|w| h.iter().zip(w).map(|(h, w)| h * w).sum())
                .collect();
            let normalizer = z.iter().map(|z| z.exp()).sum::<f64>().ln();
            let entropy = z
                .iter()
                .map(|z| -(z - normalizer).exp() * (z - normalizer))
                .sum();
            (z[*target as usize] - normalizer, entropy)
        };
        hidden
            .chunks_exact(WIDTH)
            .zip(&TARGETS)
            .map(score)
            .collect()
    }

    /// A loss that uses everything: `sum_i (i + 1) (log p_i² + 3 H_i)`.
    fn loss(scores: &[(f64, f64)]) -> f64 {
        (1..)
            .zip(scores)
            .map(|(i, (log_prob, entropy))| f64::from(i) * (log_prob * log_prob + 3.0 * entropy))
            .sum()
    }

    fn slope(index: usize, score: TokenScore) -> TokenScore {
        let factor = (index + 1) as f32;
        TokenScore {
            log_prob: factor * 2.0 * score.log_prob,
            entropy: factor * 3.0,
        }
    }

    #[test]
    fn scores_and_gradients_agree_with_the_definition() {
        let hidden: Vec<f32> = noise(1, 3 * WIDTH).iter().map(|h| h * 3.0).collect();
        let rows = noise(2, VOCABULARY * WIDTH);
        let weight = Weight::from_rows(Precision::F32, VOCABULARY, WIDTH, &rows);
        let workspace = &mut Workspace::new();
        let mut logits = vec![0.0; 2 * VOCABULARY];
        let mut scores = [TokenScore::default(); 3];
        forward(
            &hidden,
            &weight,
            &TARGETS,
            &mut logits,
            &mut scores,
            workspace,
        );
        let want = reference(&wide(&hidden), &wide(&rows));
        assert_close(
            "log p",
            &scores.map(|s| s.log_prob),
            &want.iter().map(|s| s.0).collect::<Vec<_>>(),
            1e-6,
        );
        assert_close(
            "entropy",
            &scores.map(|s| s.entropy),
            &want.iter().map(|s| s.1).collect::<Vec<_>>(),
            1e-6,
        );

        let (mut dhidden, mut dweight) = (vec![0.0; hidden.len()], vec![0.0; rows.len()]);
        let trained = Some(&mut *dweight);
        forward_backward(
            &hidden,
            &weight,
            &TARGETS,
            &mut logits,
            slope,
            &mut dhidden,
            trained,
            workspace,
        );
        let want = gradient(&hidden, |hidden| loss(&reference(hidden, &wide(&rows))));
        assert_close("dhidden", &dhidden, &want, 1e-5);
        // The rows of the targets and a few others.
        let some = [0, 1, 17, 600, 601, 1029];
        let some_rows: Vec<f32> = some
            .iter()
            .flat_map(|row| &rows[row * WIDTH..][..WIDTH])
            .copied()
            .collect();
        let want = gradient(&some_rows, |changed| {
            let mut rows = wide(&rows);
            for (row, changed) in some.iter().zip(changed.chunks_exact(WIDTH)) {
                rows[row * WIDTH..][..WIDTH].copy_from_slice(changed);
            }
            loss(&reference(&wide(&hidden), &rows))
        });
        let got: Vec<f32> = some
            .iter()
            .flat_map(|row| &dweight[row * WIDTH..][..WIDTH])
            .copied()
            .collect();
        assert_close("dweight", &got, &want, 1e-5);
    }

    #[test]
    fn room_for_logits_changes_no_bit() {
        let hidden = noise(3, 3 * WIDTH);
        let weight = Weight::from_rows(
            Precision::Bf16,
            VOCABULARY,
            WIDTH,
            &noise(4, VOCABULARY * WIDTH),
        );
        let gradient = |block: usize| {
            let (mut logits, mut dhidden) =
                (vec![0.0; block * VOCABULARY], vec![0.0; hidden.len()]);
            let workspace = &mut Workspace::new();
            forward_backward(
                &hidden,
                &weight,
                &TARGETS,
                &mut logits,
                slope,
                &mut dhidden,
                None,
                workspace,
            );
            dhidden
        };
        assert_same_bits("dhidden", &gradient(1), &gradient(3));
    }

    #[test]
    fn large_logits_do_not_overflow() {
        let weight = Weight::from_rows(Precision::F32, 2, 1, &[1000.0, -1000.0]);
        let mut scores = [TokenScore::default(); 2];
        forward(
            &[1.0, 1.0],
            &weight,
            &[0, 1],
            &mut [0.0; 4],
            &mut scores,
            &mut Workspace::new(),
        );
        assert_same_bits("log p", &scores.map(|s| s.log_prob), &[0.0, -2000.0]);
        assert_same_bits("entropy", &scores.map(|s| s.entropy), &[0.0, 0.0]);
    }

    #[test]
    fn weights_are_probabilities_but_for_a_factor() {
        let mut logits = [2.0, 0.0, 4.0, f32::NEG_INFINITY];
        weights(&mut logits, 2.0);
        let want = [(-1.0f64).exp(), (-2.0f64).exp(), 1.0, 0.0];
        assert_close("weights", &logits, &want, 1e-6);
    }
}
