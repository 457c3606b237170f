//! One transformer layer, forward and backward.
//!
//! `m = x + o(attention(rope(q n1(x)), rope(k n1(x)), v n1(x)))`, `y = m + down(act(n2(m)))`, with `n1` and `n2` the
//! norms and `act` the gated or plain first half of the MLP. `x`, `m`, `y (rows, width)`.

mod backward;
mod cached;

use scrl_kernels::attention::{self, Attention, Keys};
use scrl_kernels::{Dropout, Workspace, gelu, layer_norm, linear, rms_norm, swiglu};

use crate::adapter::Adapter;
use crate::batch::Segment;
use crate::config::MlpKind;
use crate::model::{Layer, Model, Norm};
use crate::module::Module;
use crate::pool::{Buffer, Pool};

pub(crate) use backward::Sink;
pub(crate) use cached::Cached;

/// A layer about to be applied to some packed sequences.
#[derive(Clone, Copy)]
pub(crate) struct Pass<'a> {
    pub(crate) model: &'a Model,
    /// Which layer.
    pub(crate) index: usize,
    pub(crate) adapter: Option<&'a Adapter>,
    pub(crate) segments: &'a [Segment],
    /// In training: the key of this step's dropout.
    pub(crate) dropout: Option<u64>,
}

/// What a layer's way back needs of its way forward.
#[derive(Debug)]
pub(crate) struct Trace<'a> {
    pub(crate) input: Buffer<'a>,
    q: Buffer<'a>,
    k: Buffer<'a>,
    v: Buffer<'a>,
    attended: Buffer<'a>,
    normalizers: Buffer<'a>,
    middle: Buffer<'a>,
    /// Empty for a plain MLP.
    gate: Buffer<'a>,
    up: Buffer<'a>,
    /// What lies between the factors of an adapter, by module.
    lows: Lows<'a>,
}

/// Of each linear layer with an adapter, what lies between its factors.
type Lows<'a> = [Option<Buffer<'a>>; Module::COUNT];

impl<'a> Pass<'a> {
    fn pool(&self) -> &'a Pool {
        &self.model.pool
    }

    fn layer(&self) -> &Layer {
        &self.model.layers[self.index]
    }

    fn shape(&self) -> Attention {
        self.model.config().attention
    }

    fn mlp(&self) -> MlpKind {
        self.model.config().mlp
    }

    /// `y`, and what the way back needs.
    pub(crate) fn forward(
        &self,
        input: Buffer<'a>,
        workspace: &mut Workspace,
    ) -> (Buffer<'a>, Trace<'a>) {
        let mut lows = [const { None }; Module::COUNT];
        let mut apply = |module: Module, x: &[f32], workspace: &mut Workspace| {
            self.apply(module, x, &mut lows[module.index()], workspace)
        };
        let normed = self.normalize(&self.layer().attention_norm, &input);
        let mut q = apply(Module::Query, &normed, workspace);
        let mut k = apply(Module::Key, &normed, workspace);
        let v = apply(Module::Value, &normed, workspace);
        drop(normed);
        self.rotate(&mut q, &mut k, true);
        let (attended, normalizers) = self.attend(&q, &k, &v, workspace);
        let mut middle = apply(Module::Output, &attended, workspace);
        add(&mut middle, &input);

        let (gate, up) = self.first_half(&middle, &mut apply, workspace);
        let mut y = apply(Module::Down, &self.activate(&gate, &up), workspace);
        add(&mut y, &middle);
        let trace = Trace {
            input,
            q,
            k,
            v,
            attended,
            normalizers,
            middle,
            gate,
            up,
            lows,
        };
        (y, trace)
    }

    /// Gate and up-projection of the MLP; a plain one has no gate.
    fn first_half(
        &self,
        middle: &[f32],
        mut apply: impl FnMut(Module, &[f32], &mut Workspace) -> Buffer<'a>,
        workspace: &mut Workspace,
    ) -> (Buffer<'a>, Buffer<'a>) {
        let normed = self.normalize(&self.layer().mlp_norm, middle);
        let gate = match self.mlp() {
            MlpKind::Gated => apply(Module::Gate, &normed, workspace),
            MlpKind::Plain => self.pool().room(0),
        };
        (gate, apply(Module::Up, &normed, workspace))
    }

    /// A linear layer with its adapter.
    fn apply(
        &self,
        module: Module,
        x: &[f32],
        low: &mut Option<Buffer<'a>>,
        workspace: &mut Workspace,
    ) -> Buffer<'a> {
        let frozen = self.layer().linear(module);
        let rows = x.len() / frozen.weight.inputs();
        let mut y = self.pool().room(rows * frozen.weight.outputs());
        linear::forward(x, &frozen.weight, frozen.bias.as_deref(), &mut y, workspace);
        if let Some(lora) = self
            .adapter
            .and_then(|adapter| adapter.lora(self.index, module))
        {
            let low = low.insert(self.pool().room(rows * lora.rank));
            match self.drop(module, x) {
                Some(dropped) => lora.forward(&dropped, low, &mut y, workspace),
                None => lora.forward(x, low, &mut y, workspace),
            }
        }
        y
    }

    /// What the adapter of a linear layer reads in training, or the gradient of that on its way back.
    fn drop(&self, module: Module, x: &[f32]) -> Option<Buffer<'a>> {
        let (rate, key) = (self.adapter?.config().dropout, self.dropout?);
        if rate == 0.0 {
            return None;
        }
        let rows = self.segments.last()?.rows.end;
        let width = x.len() / rows;
        let mut dropped = self.pool().room(x.len());
        for Segment { rows, stream } in self.segments {
            let place = (self.index * Module::COUNT + module.index()) as u64;
            let dropout = Dropout {
                rate,
                key,
                stream: u64::from(*stream) << 32 | place,
            };
            let range = rows.start * width..rows.end * width;
            dropout.apply(&x[range.clone()], width, &mut dropped[range]);
        }
        Some(dropped)
    }

    /// Turns queries and keys to their positions, or gradients back.
    fn rotate(&self, q: &mut [f32], k: &mut [f32], forward: bool) {
        let shape = self.shape();
        for Segment { rows, .. } in self.segments {
            let query = &mut q[rows.start * shape.query_width()..rows.end * shape.query_width()];
            let key = &mut k[rows.start * shape.key_width()..rows.end * shape.key_width()];
            for (x, heads) in [(query, shape.heads), (key, shape.kv_heads)] {
                if forward {
                    self.model.rope.forward(x, heads, 0);
                } else {
                    self.model.rope.backward(x, heads, 0);
                }
            }
        }
    }

    fn attend(
        &self,
        q: &[f32],
        k: &[f32],
        v: &[f32],
        workspace: &mut Workspace,
    ) -> (Buffer<'a>, Buffer<'a>) {
        let shape = self.shape();
        let mut out = self.pool().room(q.len());
        let mut normalizers = self.pool().room(q.len() / shape.size);
        for Segment { rows, .. } in self.segments {
            let query = rows.start * shape.query_width()..rows.end * shape.query_width();
            let key = rows.start * shape.key_width()..rows.end * shape.key_width();
            let (out, normalizers) = (
                &mut out[query.clone()],
                &mut normalizers[rows.start * shape.heads..rows.end * shape.heads],
            );
            let keys = Keys::whole(&k[key.clone()], &v[key], shape.key_width());
            attention::forward(shape, &q[query], keys, out, normalizers, workspace);
        }
        (out, normalizers)
    }

    /// What the second half of the MLP reads.
    fn activate(&self, gate: &[f32], up: &[f32]) -> Buffer<'a> {
        let mut activated = self.pool().room(up.len());
        match self.mlp() {
            MlpKind::Gated => swiglu::forward(gate, up, &mut activated),
            MlpKind::Plain => gelu::forward(up, &mut activated),
        }
        activated
    }

    fn normalize(&self, norm: &Norm, x: &[f32]) -> Buffer<'a> {
        normalize(self.pool(), norm, x)
    }
}

/// Applies a norm.
pub(crate) fn normalize<'p>(pool: &'p Pool, norm: &Norm, x: &[f32]) -> Buffer<'p> {
    let mut y = pool.room(x.len());
    match &norm.bias {
        None => rms_norm::forward(x, &norm.gain, norm.epsilon, &mut y),
        Some(bias) => layer_norm::forward(x, &norm.gain, bias, norm.epsilon, &mut y),
    }
    y
}

/// Adds the gradient that a norm passes back, and those of its gain and bias, if they are wanted.
pub(crate) fn normalize_backward(
    norm: &Norm,
    x: &[f32],
    dy: &[f32],
    dx: &mut [f32],
    parameters: Option<(&mut [f32], Option<&mut [f32]>)>,
) {
    if norm.bias.is_none() {
        rms_norm::backward(x, &norm.gain, norm.epsilon, dy, dx);
        if let Some((dgain, _)) = parameters {
            rms_norm::backward_gain(x, norm.epsilon, dy, dgain);
        }
        return;
    }
    let mut room = vec![0.0; norm.gain.len()];
    layer_norm::backward(x, &norm.gain, norm.epsilon, dy, dx, &mut room);
    if let Some((dgain, Some(dbias))) = parameters {
        layer_norm::backward_parameters(x, norm.epsilon, dy, dgain, dbias, &mut room);
    }
}

/// `sum += term`.
pub(crate) fn add(sum: &mut [f32], term: &[f32]) {
    for (sum, term) in sum.iter_mut().zip(term) {
        *sum += term;
    }
}
