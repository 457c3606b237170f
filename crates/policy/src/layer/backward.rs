//! The way back through a layer.

use scrl_kernels::attention::{self, AttentionGradients};
use scrl_kernels::{LoraGradients, Start, Workspace, gelu, linear, swiglu};

use super::{Pass, Trace, add, normalize_backward};
use crate::batch::Segment;
use crate::config::MlpKind;
use crate::module::Module;
use crate::parameters::{LayerPlaces, Place, Places};
use crate::pool::Buffer;

/// Where a way back adds what belongs to trained numbers.
#[derive(Debug)]
pub(crate) struct Sink<'a> {
    /// The gradient of the adapter; empty without one.
    pub(crate) adapter: &'a mut [f32],
    /// That of the model's own weights, if it is wanted.
    pub(crate) weights: Option<(&'a Places, &'a mut [f32])>,
}

impl Sink<'_> {
    /// The gradients of a weight and its bias, of one layer.
    fn weights(
        &mut self,
        layer: usize,
        place: impl FnOnce(&LayerPlaces) -> &Place,
    ) -> Option<(&mut [f32], Option<&mut [f32]>)> {
        let (places, values) = self.weights.as_mut()?;
        Some(place(&places.layers[layer]).of(values))
    }
}

impl<'a> Pass<'a> {
    /// The gradient of the layer's input from that of its output; adds those of what is trained to `sink`.
    pub(crate) fn backward(
        &self,
        mut trace: Trace<'a>,
        dy: Buffer<'a>,
        sink: &mut Sink,
        workspace: &mut Workspace,
    ) -> Buffer<'a> {
        let dmiddle = self.backward_mlp(&mut trace, dy, sink, workspace);
        self.backward_attention(&mut trace, dmiddle, sink, workspace)
    }

    fn backward_mlp(
        &self,
        trace: &mut Trace<'a>,
        dy: Buffer<'a>,
        sink: &mut Sink,
        workspace: &mut Workspace,
    ) -> Buffer<'a> {
        let normed = self.normalize(&self.layer().mlp_norm, &trace.middle);
        let mut dnormed = self.pool().room(normed.len());
        let activated = self.activate(&trace.gate, &trace.up);
        let mut dactivated = self.pool().room(activated.len());
        self.unapply(
            Module::Down,
            (&activated, &dy),
            (&mut dactivated, Start::Zero),
            trace,
            sink,
            workspace,
        );
        drop(activated);
        let mut dup = self.pool().room(trace.up.len());
        let mut start = Start::Zero;
        match self.mlp() {
            MlpKind::Gated => {
                let mut dgate = self.pool().room(trace.gate.len());
                swiglu::backward(&trace.gate, &trace.up, &dactivated, &mut dgate, &mut dup);
                self.unapply(
                    Module::Gate,
                    (&normed, &dgate),
                    (&mut dnormed, Start::Zero),
                    trace,
                    sink,
                    workspace,
                );
                start = Start::Add;
            }
            MlpKind::Plain => gelu::backward(&trace.up, &dactivated, &mut dup),
        }
        self.unapply(
            Module::Up,
            (&normed, &dup),
            (&mut dnormed, start),
            trace,
            sink,
            workspace,
        );
        let mut dmiddle = dy;
        normalize_backward(
            &self.layer().mlp_norm,
            &trace.middle,
            &dnormed,
            &mut dmiddle,
            sink.weights(self.index, |places| &places.mlp_norm),
        );
        dmiddle
    }

    fn backward_attention(
        &self,
        trace: &mut Trace<'a>,
        dmiddle: Buffer<'a>,
        sink: &mut Sink,
        workspace: &mut Workspace,
    ) -> Buffer<'a> {
        let attended = std::mem::replace(&mut trace.attended, self.pool().room(0));
        let mut dattended = self.pool().room(attended.len());
        self.unapply(
            Module::Output,
            (&attended, &dmiddle),
            (&mut dattended, Start::Zero),
            trace,
            sink,
            workspace,
        );
        let (mut dq, mut dk, dv) = self.unattend(trace, &attended, &dattended, workspace);
        self.rotate(&mut dq, &mut dk, false);

        let normed = self.normalize(&self.layer().attention_norm, &trace.input);
        let mut dnormed = self.pool().room(normed.len());
        for (module, dy, start) in [
            (Module::Query, dq, Start::Zero),
            (Module::Key, dk, Start::Add),
            (Module::Value, dv, Start::Add),
        ] {
            let dx = (&mut *dnormed, start);
            self.unapply(module, (&normed, &dy), dx, trace, sink, workspace);
        }
        let mut dinput = dmiddle;
        normalize_backward(
            &self.layer().attention_norm,
            &trace.input,
            &dnormed,
            &mut dinput,
            sink.weights(self.index, |places| &places.attention_norm),
        );
        dinput
    }

    /// Writes the gradient of a linear layer's input, or adds to it; adds to those of its weights and of its adapter.
    fn unapply(
        &self,
        module: Module,
        (x, dy): (&[f32], &[f32]),
        (dx, start): (&mut [f32], Start),
        trace: &mut Trace<'a>,
        sink: &mut Sink,
        workspace: &mut Workspace,
    ) {
        let weight = &self.layer().linear(module).weight;
        linear::backward(dy, weight, dx, start, workspace);
        if let Some((dweight, dbias)) = sink.weights(self.index, |places| places.linear(module)) {
            linear::backward_weight(x, weight.inputs(), dy, dweight, workspace);
            if let Some(dbias) = dbias {
                linear::backward_bias(dy, dbias);
            }
        }
        let Some(adapter) = self.adapter else {
            return;
        };
        let Some(lora) = adapter.lora(self.index, module) else {
            return;
        };
        let (a, b) = adapter
            .layout()
            .factors(self.index, module, sink.adapter)
            .expect("what has factors has gradients of them");
        let low = trace.lows[module.index()]
            .as_mut()
            .expect("what has factors has something between them");
        match self.drop(module, x) {
            None => lora.backward(x, low, dy, LoraGradients { a, b, x: dx }, workspace),
            Some(read) => {
                let mut dread = self.pool().zeros(x.len());
                let gradients = LoraGradients {
                    a,
                    b,
                    x: &mut dread,
                };
                lora.backward(&read, low, dy, gradients, workspace);
                let passed = self
                    .drop(module, &dread)
                    .expect("dropped on the way forward");
                add(dx, &passed);
            }
        }
    }

    /// Gradients of queries, keys and values.
    fn unattend(
        &self,
        trace: &Trace,
        attended: &[f32],
        dattended: &[f32],
        workspace: &mut Workspace,
    ) -> (Buffer<'a>, Buffer<'a>, Buffer<'a>) {
        let shape = self.shape();
        let Trace {
            q,
            k,
            v,
            normalizers,
            ..
        } = trace;
        let [mut dq, mut dk, mut dv] = [q, k, v].map(|x| self.pool().zeros(x.len()));
        for Segment { rows, .. } in self.segments {
            let query = rows.start * shape.query_width()..rows.end * shape.query_width();
            let key = rows.start * shape.key_width()..rows.end * shape.key_width();
            let heads = rows.start * shape.heads..rows.end * shape.heads;
            let inputs = (&q[query.clone()], &k[key.clone()], &v[key.clone()]);
            let results = (&attended[query.clone()], &normalizers[heads]);
            let gradients = AttentionGradients {
                q: &mut dq[query.clone()],
                k: &mut dk[key.clone()],
                v: &mut dv[key],
            };
            attention::backward(
                shape,
                inputs,
                results,
                &dattended[query],
                gradients,
                workspace,
            );
        }
        (dq, dk, dv)
    }
}
