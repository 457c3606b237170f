//! What a model with an adapter says of sequences, and which way to change the adapter.

use scrl_kernels::head::{self, TokenScore};
use scrl_kernels::{Workspace, embedding};

use crate::adapter::Adapter;
use crate::batch::{Packed, Sequence, pack};
use crate::error::Error;
use crate::layer::{Pass, Sink, Trace, add, normalize, normalize_backward};
use crate::model::Model;
use crate::parallel::in_order;
use crate::parameters::Places;
use crate::pool::{Buffer, Pool};

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

/// How a gradient is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GradientOptions {
    /// The key of this step's dropout; without one, nothing is dropped.
    pub dropout: Option<u64>,
    /// Whether the gradient of the model's own weights is wanted too.
    pub weights: bool,
    /// Whether layers are computed again on the way back instead of kept (Chen et al. 2016): a third more work, the same
    /// bits, and memory for one layer's intermediate results in place of all.
    pub recompute: bool,
}

/// The gradient of a loss.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gradient {
    /// By each of [`Adapter::values`]; empty without an adapter.
    pub values: Vec<f32>,
    /// By each of [`Model::parameters`]; empty unless it was wanted.
    pub weights: Vec<f32>,
    /// What was said on the way, by sequence and predicted token.
    pub predictions: Vec<Vec<Prediction>>,
}

impl Gradient {
    fn zeros(adapter: Option<&Adapter>, places: Option<&Places>) -> Self {
        Self {
            values: vec![0.0; adapter.map_or(0, |adapter| adapter.values().len())],
            weights: vec![0.0; places.map_or(0, |places| places.len)],
            predictions: Vec::new(),
        }
    }

    fn add(&mut self, part: Part) {
        add(&mut self.values, &part.values);
        add(&mut self.weights, &part.weights);
        self.predictions.extend(part.predictions);
    }
}

/// What one pack adds to a gradient.
struct Part<'a> {
    values: Buffer<'a>,
    weights: Buffer<'a>,
    predictions: Vec<Vec<Prediction>>,
}

/// What is kept of a layer's way forward.
enum Kept<'a> {
    Trace(Box<Trace<'a>>),
    /// What it read; the rest is computed again.
    Input(Buffer<'a>),
}

impl<'a> Kept<'a> {
    fn new(trace: Trace<'a>, recompute: bool) -> Self {
        if recompute {
            Kept::Input(trace.input)
        } else {
            Kept::Trace(Box::new(trace))
        }
    }
}

/// Room of one thread.
struct Room<'a> {
    workspace: Workspace,
    logits: Buffer<'a>,
}

/// Tokens whose logits exist at a time: enough to make up for reading the weights of the output layer.
pub(crate) const LOGIT_ROWS: usize = 128;

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
    /// predicted token in it, and what is said of it.
    ///
    /// # Errors
    /// If the model cannot take one of the sequences.
    pub fn gradient(
        &self,
        sequences: &[Sequence],
        options: GradientOptions,
        slope: impl Fn(usize, usize, Prediction) -> Slope + Sync,
    ) -> Result<Gradient, Error> {
        let mut sum = Gradient::default();
        self.add_gradient(&mut sum, sequences, options, slope)?;
        Ok(sum)
    }

    /// [`Policy::gradient`], added to that of earlier sequences: a large batch in parts. Gradients are summed pack by
    /// pack, so where each part ends with a pack of the whole batch ([`Policy::packs`]), the sum has the bits of the whole.
    ///
    /// # Errors
    /// As [`Policy::gradient`]; nothing is added then.
    pub fn add_gradient(
        &self,
        sum: &mut Gradient,
        sequences: &[Sequence],
        options: GradientOptions,
        slope: impl Fn(usize, usize, Prediction) -> Slope + Sync,
    ) -> Result<(), Error> {
        let packs = pack(self.model, sequences)?;
        let places = options.weights.then(|| Places::new(self.model.config()));
        if sum.values.is_empty() && sum.weights.is_empty() {
            *sum = Gradient::zeros(self.adapter, places.as_ref());
        }
        let work = |index: usize, room: &mut Room| {
            self.pack_gradient(&packs[index], options, places.as_ref(), &slope, room)
        };
        let room = || self.room();
        in_order(packs.len(), self.threads, room, work, |_, part| {
            sum.add(part);
        });
        Ok(())
    }

    /// How many of the sequences are computed together each time, in their order: it depends on their lengths alone.
    ///
    /// # Errors
    /// If the model cannot take one of the sequences.
    pub fn packs(&self, sequences: &[Sequence]) -> Result<Vec<usize>, Error> {
        let packs = pack(self.model, sequences)?;
        Ok(packs.iter().map(|pack| pack.segments.len()).collect())
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

    fn pool(&self) -> &Pool {
        &self.model.pool
    }

    fn room(&self) -> Room<'_> {
        Room {
            workspace: Workspace::new(),
            logits: self
                .pool()
                .room(LOGIT_ROWS * self.model.config().vocabulary),
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
    fn hidden<'a>(
        &'a self,
        pack: &'a Packed,
        dropout: Option<u64>,
        mut keep: impl FnMut(Trace<'a>),
        room: &mut Room,
    ) -> (Buffer<'a>, Buffer<'a>) {
        let width = self.model.config().width;
        let mut x = self.pool().room(pack.tokens.len() * width);
        embedding::forward(&self.model.embedding, &pack.tokens, &mut x);
        for index in 0..self.model.layers.len() {
            let (y, trace) = self
                .pass(index, pack, dropout)
                .forward(x, &mut room.workspace);
            keep(trace);
            x = y;
        }
        let hidden = normalize(self.pool(), &self.model.norm, &x);
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

    /// What one pack adds to the gradient.
    fn pack_gradient<'a>(
        &'a self,
        pack: &'a Packed,
        options: GradientOptions,
        places: Option<&Places>,
        slope: &impl Fn(usize, usize, Prediction) -> Slope,
        room: &mut Room,
    ) -> Part<'a> {
        let mut kept = Vec::with_capacity(self.model.layers.len());
        let keep = |trace| kept.push(Kept::new(trace, options.recompute));
        let (last, hidden) = self.hidden(pack, options.dropout, keep, room);
        let mut gradient = Part {
            values: self
                .pool()
                .zeros(self.adapter.map_or(0, |adapter| adapter.values().len())),
            weights: self.pool().zeros(places.map_or(0, |places| places.len)),
            predictions: Vec::new(),
        };
        let (said, mut dx) = self.head_backward(pack, &hidden, places, slope, &mut gradient, room);
        let workspace = &mut room.workspace;
        let mut sink = Sink {
            adapter: &mut gradient.values,
            weights: places.zip(Some(&mut gradient.weights[..])),
        };
        let dhidden = std::mem::replace(&mut dx, self.pool().zeros(last.len()));
        let norm = sink.weights.as_mut();
        let norm = norm.map(|(places, values)| places.norm.of(values));
        normalize_backward(&self.model.norm, &last, &dhidden, &mut dx, norm);
        drop((last, hidden, dhidden));
        for (index, kept) in kept.into_iter().enumerate().rev() {
            let pass = self.pass(index, pack, options.dropout);
            let trace = match kept {
                Kept::Trace(trace) => *trace,
                Kept::Input(input) => pass.forward(input, workspace).1,
            };
            dx = pass.backward(trace, dx, &mut sink, workspace);
        }
        if let Some((places, values)) = sink.weights {
            let width = self.model.config().width;
            embedding::backward(
                &pack.tokens,
                width,
                &dx,
                &mut values[places.embedding.clone()],
            );
        }
        gradient.predictions = by_sequence(pack, |row| said[row]);
        gradient
    }

    /// What is said of each token, and the gradient of the hidden states; adds those of the output layer and of the value
    /// head.
    fn head_backward<'a>(
        &'a self,
        pack: &Packed,
        hidden: &[f32],
        places: Option<&Places>,
        slope: &impl Fn(usize, usize, Prediction) -> Slope,
        gradient: &mut Part,
        room: &mut Room,
    ) -> (Vec<Prediction>, Buffer<'a>) {
        let indices = indices(pack);
        let values = self.values(hidden);
        let mut said = vec![Prediction::default(); pack.targets.len()];
        let mut value_slopes = vec![0.0; pack.targets.len()];
        let mut dhidden = self.pool().zeros(hidden.len());
        let slope = |row: usize, score: TokenScore| {
            said[row] = Prediction {
                score,
                value: values.as_ref().map(|values| values[row]),
            };
            let (sequence, token) = indices[row];
            let slope = slope(sequence, token, said[row]);
            value_slopes[row] = slope.value;
            TokenScore {
                log_prob: slope.log_prob,
                entropy: slope.entropy,
            }
        };
        let dweight = places.map(|places| {
            let place = places.head.as_ref().unwrap_or(&places.embedding);
            &mut gradient.weights[place.clone()]
        });
        let (head, targets) = (self.model.head(), &pack.targets);
        let Room { workspace, logits } = room;
        head::forward_backward(
            hidden,
            head,
            targets,
            logits,
            slope,
            &mut dhidden,
            dweight,
            workspace,
        );
        if let Some(adapter) = self.adapter {
            let gradient = &mut gradient.values;
            value_backward(adapter, hidden, &value_slopes, &mut dhidden, gradient);
        }
        (said, dhidden)
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
fn indices(pack: &Packed) -> Vec<(usize, usize)> {
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
