//! What a model with an adapter says of sequences, and which way to change the adapter.

use scrl_kernels::head::{self, TokenScore};
use scrl_kernels::{Workspace, embedding};

use crate::adapter::Adapter;
use crate::batch::{Packed, Sequence, pack};
use crate::error::Error;
use crate::layer::{Pass, Trace, normalize, normalize_backward};
use crate::model::Model;
use crate::parallel::in_order;

/// A model, with an adapter or as it is, at work.
#[derive(Clone, Copy, Debug)]
pub struct Policy<'a> {
    /// The frozen part.
    pub model: &'a Model,
    /// The trained part; `None` is the reference that training started from.
    pub adapter: Option<&'a Adapter>,
    /// How many threads to use. Changes no result.
    pub threads: usize,
}

/// What is said of one predicted token.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Prediction {
    /// Log-probability and entropy at temperature 1, in nats.
    pub score: TokenScore,
    /// The value head's, of the state before the token.
    pub value: Option<f32>,
}

/// Derivatives of a loss by what was said of one token.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Slope {
    /// By log-probability.
    pub log_prob: f32,
    /// By entropy.
    pub entropy: f32,
    /// By value; of no effect without a value head.
    pub value: f32,
}

/// The gradient of a loss.
#[derive(Clone, Debug)]
pub struct Gradient {
    /// By each of [`Adapter::values`].
    pub values: Vec<f32>,
    /// What was said on the way, by sequence and predicted token.
    pub predictions: Vec<Vec<Prediction>>,
}

/// Room of one thread.
struct Room {
    workspace: Workspace,
    logits: Vec<f32>,
}

/// Tokens whose logits exist at a time: enough to make up for reading the weights of the output layer.
const LOGIT_ROWS: usize = 128;

impl Policy<'_> {
    /// What is said of every token of the sequences but the first of each.
    ///
    /// # Errors
    /// If the model cannot take one of the sequences.
    pub fn score(&self, sequences: &[Sequence]) -> Result<Vec<Vec<Prediction>>, Error> {
        let packs = pack(self.model, sequences)?;
        let mut all = Vec::with_capacity(sequences.len());
        let work = |index: usize, room: &mut Room| {
            let pack: &Packed = &packs[index];
            let hidden = self.hidden(pack, None, |_| (), room).1;
            let mut scores = vec![TokenScore::default(); pack.targets.len()];
            let Room { workspace, logits } = room;
            head::forward(
                &hidden,
                self.model.head(),
                &pack.targets,
                logits,
                &mut scores,
                workspace,
            );
            let values = self.values(&hidden);
            by_sequence(pack, |row| Prediction {
                score: scores[row],
                value: values.as_ref().map(|v| v[row]),
            })
        };
        in_order(
            packs.len(),
            self.threads,
            || self.room(),
            work,
            |_, said| all.extend(said),
        );
        Ok(all)
    }

    /// The gradient of a loss that is a sum over predicted tokens: `slope` is given the index of a sequence, that of a
    /// predicted token in it, and what is said of it. `dropout` is the key of this step's dropout; without one, nothing
    /// is dropped.
    ///
    /// # Errors
    /// If the model cannot take one of the sequences.
    ///
    /// # Panics
    /// Without an adapter, which alone has a gradient.
    pub fn gradient(
        &self,
        sequences: &[Sequence],
        dropout: Option<u64>,
        slope: impl Fn(usize, usize, Prediction) -> Slope + Sync,
    ) -> Result<Gradient, Error> {
        let adapter = self.adapter.expect("only an adapter has a gradient");
        let packs = pack(self.model, sequences)?;
        let mut values = vec![0.0; adapter.values().len()];
        let mut predictions = Vec::with_capacity(sequences.len());
        let work = |index: usize, room: &mut Room| {
            self.pack_gradient(adapter, &packs[index], dropout, &slope, room)
        };
        in_order(
            packs.len(),
            self.threads,
            || self.room(),
            work,
            |_, (gradient, said)| {
                crate::layer::add(&mut values, &gradient);
                predictions.extend(said);
            },
        );
        Ok(Gradient {
            values,
            predictions,
        })
    }

    /// The logits after every token of a sequence, `(tokens, vocabulary)`: for comparisons, as it is large.
    ///
    /// # Errors
    /// If the model cannot take the sequence.
    pub fn logits(&self, tokens: &[u32]) -> Result<Vec<f32>, Error> {
        let padded = [tokens, &[0]].concat();
        let pack = &pack(
            self.model,
            &[Sequence {
                tokens: &padded,
                stream: 0,
            }],
        )?[0];
        let mut room = self.room();
        let hidden = self.hidden(pack, None, |_| (), &mut room).1;
        let head = self.model.head();
        let mut logits = vec![0.0; tokens.len() * head.outputs()];
        head::logits(&hidden, head, &mut logits, &mut room.workspace);
        Ok(logits)
    }

    fn room(&self) -> Room {
        let logits = vec![0.0; LOGIT_ROWS * self.model.config().vocabulary];
        Room {
            workspace: Workspace::new(),
            logits,
        }
    }

    fn pass<'a>(&'a self, index: usize, pack: &'a Packed, dropout: Option<u64>) -> Pass<'a> {
        Pass {
            model: self.model,
            index,
            adapter: self.adapter,
            segments: &pack.segments,
            dropout,
        }
    }

    /// The last hidden states, before and after the final norm. `keep` is given each layer's trace.
    fn hidden(
        &self,
        pack: &Packed,
        dropout: Option<u64>,
        mut keep: impl FnMut(Trace),
        room: &mut Room,
    ) -> (Vec<f32>, Vec<f32>) {
        let mut x = vec![0.0; pack.tokens.len() * self.model.config().width];
        embedding::forward(&self.model.embedding, &pack.tokens, &mut x);
        for index in 0..self.model.layers.len() {
            let (y, trace) = self
                .pass(index, pack, dropout)
                .forward(x, &mut room.workspace);
            keep(trace);
            x = y;
        }
        let hidden = normalize(&self.model.norm, &x);
        (x, hidden)
    }

    /// The value head's word on each hidden state.
    fn values(&self, hidden: &[f32]) -> Option<Vec<f32>> {
        let (weights, bias) = self.adapter?.value_head()?;
        let value = |hidden: &[f32]| {
            hidden
                .iter()
                .zip(weights)
                .fold(bias, |sum, (h, w)| h.mul_add(*w, sum))
        };
        Some(hidden.chunks_exact(weights.len()).map(value).collect())
    }

    fn pack_gradient(
        &self,
        adapter: &Adapter,
        pack: &Packed,
        dropout: Option<u64>,
        slope: &impl Fn(usize, usize, Prediction) -> Slope,
        room: &mut Room,
    ) -> (Vec<f32>, Vec<Vec<Prediction>>) {
        let mut traces = Vec::with_capacity(self.model.layers.len());
        let (last, hidden) = self.hidden(pack, dropout, |trace| traces.push(trace), room);
        let places = places(pack);
        let values = self.values(&hidden);
        let mut said = vec![Prediction::default(); pack.targets.len()];
        let mut value_slopes = vec![0.0; pack.targets.len()];
        let mut dhidden = vec![0.0; hidden.len()];
        let Room { workspace, logits } = room;
        let slope = |row: usize, score: TokenScore| {
            said[row] = Prediction {
                score,
                value: values.as_ref().map(|values| values[row]),
            };
            let (sequence, token) = places[row];
            let slope = slope(sequence, token, said[row]);
            value_slopes[row] = slope.value;
            TokenScore {
                log_prob: slope.log_prob,
                entropy: slope.entropy,
            }
        };
        let targets = &pack.targets;
        head::forward_backward(
            &hidden,
            self.model.head(),
            targets,
            logits,
            slope,
            &mut dhidden,
            None,
            workspace,
        );

        let mut gradient = vec![0.0; adapter.values().len()];
        value_backward(adapter, &hidden, &value_slopes, &mut dhidden, &mut gradient);
        let mut dx = vec![0.0; last.len()];
        normalize_backward(&self.model.norm, &last, &dhidden, &mut dx);
        for (index, trace) in traces.into_iter().enumerate().rev() {
            dx = self
                .pass(index, pack, dropout)
                .backward(trace, dx, &mut gradient, workspace);
        }
        (gradient, by_sequence(pack, |row| said[row]))
    }
}

/// Adds what the value head contributes to the gradients of the hidden states and of itself.
fn value_backward(
    adapter: &Adapter,
    hidden: &[f32],
    slopes: &[f32],
    dhidden: &mut [f32],
    gradient: &mut [f32],
) {
    let (Some((weights, _)), Some(range)) = (adapter.value_head(), adapter.layout().value_head())
    else {
        return;
    };
    let width = weights.len();
    let (dweights, dbias) = gradient[range].split_at_mut(width);
    let rows = hidden
        .chunks_exact(width)
        .zip(dhidden.chunks_exact_mut(width));
    for ((hidden, dhidden), slope) in rows.zip(slopes) {
        for (((h, dh), w), dw) in hidden.iter().zip(dhidden).zip(weights).zip(&mut *dweights) {
            *dh = slope.mul_add(*w, *dh);
            *dw = slope.mul_add(*h, *dw);
        }
        dbias[0] += slope;
    }
}

/// Index of the sequence, and of the predicted token in it, for each row.
fn places(pack: &Packed) -> Vec<(usize, usize)> {
    let segments = pack.segments.iter().enumerate();
    segments
        .flat_map(|(index, segment)| {
            (0..segment.rows.len()).map(move |token| (pack.first + index, token))
        })
        .collect()
}

fn by_sequence(pack: &Packed, said: impl Fn(usize) -> Prediction) -> Vec<Vec<Prediction>> {
    pack.segments
        .iter()
        .map(|segment| segment.rows.clone().map(&said).collect())
        .collect()
}
