//! Attention (Vaswani et al. 2017, equation 1): causal, grouped-query, with or without a sliding window, tile by tile.
//!
//! For one sequence: queries `q (new, heads * size)` of its last `new` tokens; keys and values
//! `k`, `v (tokens, kv_heads * size)` of all its tokens, those of a cached prefix first. Query head `h` reads key head
//! `h / (heads / kv_heads)`. With `p` the position of a query, `o = sum_j softmax_j(q k_j / sqrt(size)) v_j` over
//! `j <= p`, and `j > p - window`. Several sequences packed one after another are several calls.
//!
//! Scores exist for 64 queries and 64 keys at a time (Dao et al. 2022, `FlashAttention`, algorithm 1): softmax runs
//! online, its denominator is kept for the way back. Blocks of keys lie at fixed positions and a masked score weighs
//! exactly 0, so a query has the same bits in a whole sequence, behind a cached prefix, and alone.

mod backward;
mod forward;
mod keys;

pub use backward::{AttentionGradients, backward};
pub use forward::forward;
pub use keys::Keys;

use std::ops::Range;

use crate::gemm::Matrix;

/// Queries and keys of a block.
const BLOCK: usize = 64;
/// Tokens of a page of keys or values: a block.
pub const PAGE: usize = BLOCK;
/// Scores of a block.
pub(crate) const SCORES: usize = BLOCK * BLOCK;

/// The form of an attention layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attention {
    /// Heads of the queries.
    pub heads: usize,
    /// Heads of keys and values, a divisor of `heads`.
    pub kv_heads: usize,
    /// Elements of a head.
    pub size: usize,
    /// How many positions a query sees, its own included; `None`: all before it.
    pub window: Option<usize>,
}

impl Attention {
    /// Elements of a row of queries.
    pub fn query_width(&self) -> usize {
        self.heads * self.size
    }

    /// Elements of a row of keys, or of values.
    pub fn key_width(&self) -> usize {
        self.kv_heads * self.size
    }

    fn scale(&self) -> f32 {
        1.0 / (self.size as f32).sqrt()
    }

    /// Number of new tokens, checked against that of all.
    fn new_tokens(&self, q: &[f32], tokens: usize) -> usize {
        assert_eq!(
            self.heads % self.kv_heads,
            0,
            "query heads for each key head"
        );
        let new = q.len() / self.query_width();
        assert_eq!(q.len(), new * self.query_width(), "length of the queries");
        assert!(new <= tokens, "{new} queries for {tokens} keys");
        new
    }

    /// Key positions that the query at `position` sees.
    fn seen(&self, position: usize) -> Range<usize> {
        let first = self
            .window
            .map_or(0, |window| (position + 1).saturating_sub(window));
        first..position + 1
    }

    /// Positions of the first keys of the blocks that queries at `positions` see.
    fn key_blocks(&self, positions: &Range<usize>) -> impl Iterator<Item = usize> + use<> {
        let first = self.seen(positions.start).start / BLOCK * BLOCK;
        (first..positions.end).step_by(BLOCK)
    }

    /// Rows `rows` of one head of queries, or of what has their shape.
    fn query_block<'a>(&self, q: &'a [f32], head: usize, rows: &Range<usize>) -> Matrix<'a> {
        head_block(q, self.query_width(), head, self.size, rows)
    }

    /// Query heads that read one key head.
    fn group(&self) -> usize {
        self.heads / self.kv_heads
    }
}

/// Rows `rows` of one head of what is `width` wide.
fn head_block<'a>(
    x: &'a [f32],
    width: usize,
    head: usize,
    size: usize,
    rows: &Range<usize>,
) -> Matrix<'a> {
    let first = rows.start * width + head * size;
    Matrix::strided(&x[first..], rows.len(), size, width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{assert_close, assert_same_bits, gradient, noise, weighted, wide};
    use crate::workspace::Workspace;

    /// The definition, all scores at once.
    fn reference(shape: Attention, q: &[f64], k: &[f64], v: &[f64]) -> Vec<f64> {
        let (new, tokens) = (q.len() / shape.query_width(), k.len() / shape.key_width());
        let mut out = vec![0.0; q.len()];
        for i in 0..new {
            for head in 0..shape.heads {
                let own = i * shape.query_width() + head * shape.size;
                let other = |j: usize| {
                    j * shape.key_width() + head / (shape.heads / shape.kv_heads) * shape.size
                };
                let score = |j: usize| -> f64 {
                    (0..shape.size)
                        .map(|d| q[own + d] * k[other(j) + d])
                        .sum::<f64>()
                        / (shape.size as f64).sqrt()
                };
                let seen = shape.seen(tokens - new + i);
                let total: f64 = seen.clone().map(|j| score(j).exp()).sum();
                for j in seen {
                    for d in 0..shape.size {
                        out[own + d] += score(j).exp() / total * v[other(j) + d];
                    }
                }
            }
        }
        out
    }

    struct Case {
        shape: Attention,
        q: Vec<f32>,
        k: Vec<f32>,
        v: Vec<f32>,
    }

    impl Case {
        fn keys<'a>(&self, k: &'a [f32], v: &'a [f32]) -> Keys<'a> {
            Keys::whole(k, v, self.shape.key_width())
        }
    }

    fn case(
        heads: usize,
        kv_heads: usize,
        size: usize,
        window: Option<usize>,
        new: usize,
        tokens: usize,
    ) -> Case {
        let shape = Attention {
            heads,
            kv_heads,
            size,
            window,
        };
        let more = |x: Vec<f32>| x.iter().map(|x| x * 2.0).collect();
        Case {
            shape,
            q: more(noise(1, new * shape.query_width())),
            k: more(noise(2, tokens * shape.key_width())),
            v: noise(3, tokens * shape.key_width()),
        }
    }

    fn outputs(case: &Case, q: &[f32], k: &[f32], v: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let mut out = vec![f32::NAN; q.len()];
        let mut normalizers = vec![f32::NAN; q.len() / case.shape.size];
        forward(
            case.shape,
            q,
            case.keys(k, v),
            &mut out,
            &mut normalizers,
            &mut Workspace::new(),
        );
        (out, normalizers)
    }

    #[test]
    fn agrees_with_the_definition() {
        for (heads, kv_heads, size, window, new, tokens) in [
            (1, 1, 4, None, 1, 1),
            (2, 2, 8, None, 130, 130),
            (6, 2, 16, None, 65, 65),
            (2, 1, 8, None, 7, 140),
            (2, 1, 8, Some(5), 40, 40),
            (2, 1, 8, Some(70), 150, 150),
            (2, 1, 8, Some(64), 1, 129),
            (2, 2, 6, Some(1), 3, 66),
        ] {
            let case = case(heads, kv_heads, size, window, new, tokens);
            let (out, _) = outputs(&case, &case.q, &case.k, &case.v);
            let want = reference(case.shape, &wide(&case.q), &wide(&case.k), &wide(&case.v));
            assert_close(
                &format!("{:?} {new} {tokens}", case.shape),
                &out,
                &want,
                2e-6,
            );
        }
    }

    #[test]
    fn gradients_agree_with_differences() {
        for (window, new, tokens) in [
            (None, 70, 70),
            (Some(3), 6, 6),
            (Some(66), 4, 70),
            (None, 3, 67),
        ] {
            let case = case(2, 1, 2, window, new, tokens);
            let (q, k, v) = (wide(&case.q), wide(&case.k), wide(&case.v));
            let (out, normalizers) = outputs(&case, &case.q, &case.k, &case.v);
            let dout = noise(4, out.len());
            let (mut dq, mut dk, mut dv) =
                (vec![0.0; q.len()], vec![0.0; k.len()], vec![0.0; v.len()]);
            let gradients = AttentionGradients {
                q: &mut dq,
                k: &mut dk,
                v: &mut dv,
            };
            let inputs = (&*case.q, &*case.k, &*case.v);
            let workspace = &mut Workspace::new();
            backward(
                case.shape,
                inputs,
                (&out, &normalizers),
                &dout,
                gradients,
                workspace,
            );
            let of = |out: Vec<f64>| weighted(&out, &dout);
            let want = gradient(&case.q, |q| of(reference(case.shape, q, &k, &v)));
            assert_close("dq", &dq, &want, 1e-5);
            let want = gradient(&case.k, |k| of(reference(case.shape, &q, k, &v)));
            assert_close("dk", &dk, &want, 1e-5);
            let want = gradient(&case.v, |v| of(reference(case.shape, &q, &k, v)));
            assert_close("dv", &dv, &want, 1e-5);
        }
    }

    #[test]
    fn a_token_alone_has_the_bits_of_the_whole_sequence() {
        for window in [None, Some(70), Some(3)] {
            let case = case(4, 2, 8, window, 140, 140);
            let (whole, normalizers) = outputs(&case, &case.q, &case.k, &case.v);
            let (query, key) = (case.shape.query_width(), case.shape.key_width());
            for token in 0..140 {
                let q = &case.q[token * query..][..query];
                let seen = (token + 1) * key;
                let (out, normalizer) = outputs(&case, q, &case.k[..seen], &case.v[..seen]);
                assert_same_bits("token", &out, &whole[token * query..][..query]);
                assert_same_bits("normalizer", &normalizer, &normalizers[token * 4..][..4]);
            }
        }
    }

    #[test]
    fn pages_have_the_bits_of_one_piece() {
        for (size, window, new) in [(8, None, 9), (20, Some(70), 9), (32, None, 1)] {
            let case = case(4, 2, size, window, new, 140);
            let (whole, normalizers) = outputs(&case, &case.q, &case.k, &case.v);
            let shape = case.shape;
            // Pages are longer than what is in them; the rest must not matter.
            let pages =
                |rows: &[f32], len: usize, write: fn(&Attention, &mut [f32], usize, &[f32])| {
                    let mut pages = vec![vec![f32::NAN; len]; 140usize.div_ceil(PAGE)];
                    for (token, row) in rows.chunks_exact(shape.key_width()).enumerate() {
                        write(&shape, &mut pages[token / PAGE], token % PAGE, row);
                    }
                    pages
                };
            let k = pages(&case.k, shape.key_page(), Attention::write_key);
            let v = pages(&case.v, shape.value_page(), Attention::write_value);
            let (k, v): (Vec<_>, Vec<_>) = (
                k.iter().map(Vec::as_slice).collect(),
                v.iter().map(Vec::as_slice).collect(),
            );
            let keys = Keys::Pages {
                keys: &k,
                values: &v,
                tokens: 140,
            };
            let (mut out, mut paged) = (vec![0.0; whole.len()], vec![0.0; normalizers.len()]);
            forward(
                case.shape,
                &case.q,
                keys,
                &mut out,
                &mut paged,
                &mut Workspace::new(),
            );
            assert_same_bits("pages", &out, &whole);
            assert_same_bits("normalizers", &paged, &normalizers);
        }
    }
}
