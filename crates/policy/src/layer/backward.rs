//! The way back through a layer.

use scrl_kernels::attention::{self, AttentionGradients};
use scrl_kernels::{LoraGradients, Workspace, gelu, linear, swiglu};

use super::{Pass, Trace, add, normalize, normalize_backward};
use crate::batch::Segment;
use crate::config::MlpKind;
use crate::module::Module;
use crate::parameters::{LayerPlaces, Place, Places};

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

impl Pass<'_> {
    /// The gradient of the layer's input from that of its output; adds those of what is trained to `sink`.
    pub(crate) fn backward(
        &self,
        mut trace: Trace,
        dy: Vec<f32>,
        sink: &mut Sink,
        workspace: &mut Workspace,
    ) -> Vec<f32> {
        let dmiddle = self.backward_mlp(&mut trace, dy, sink, workspace);
        self.backward_attention(&mut trace, dmiddle, sink, workspace)
    }

    fn backward_mlp(
        &self,
        trace: &mut Trace,
        dy: Vec<f32>,
        sink: &mut Sink,
        workspace: &mut Workspace,
    ) -> Vec<f32> {
        let normed = normalize(&self.layer().mlp_norm, &trace.middle);
        let mut dnormed = vec![0.0; normed.len()];
        let activated = self.activate(&trace.gate, &trace.up);
        let mut dactivated = vec![0.0; activated.len()];
        self.unapply(
            Module::Down,
            (&activated, &dy),
            &mut dactivated,
            trace,
            sink,
            workspace,
        );
        drop(activated);
        let mut dup = vec![0.0; trace.up.len()];
        match self.mlp() {
            MlpKind::Gated => {
                let mut dgate = vec![0.0; trace.gate.len()];
                swiglu::backward(&trace.gate, &trace.up, &dactivated, &mut dgate, &mut dup);
                self.unapply(
                    Module::Gate,
                    (&normed, &dgate),
                    &mut dnormed,
                    trace,
                    sink,
                    workspace,
                );
            }
            MlpKind::Plain => gelu::backward(&trace.up, &dactivated, &mut dup),
        }
        self.unapply(
            Module::Up,
            (&normed, &dup),
            &mut dnormed,
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
        trace: &mut Trace,
        dmiddle: Vec<f32>,
        sink: &mut Sink,
        workspace: &mut Workspace,
    ) -> Vec<f32> {
        let attended = std::mem::take(&mut trace.attended);
        let mut dattended = vec![0.0; attended.len()];
        self.unapply(
            Module::Output,
            (&attended, &dmiddle),
            &mut dattended,
            trace,
            sink,
            workspace,
        );
        let (mut dq, mut dk, dv) = self.unattend(trace, &attended, &dattended, workspace);
        self.rotate(&mut dq, &mut dk, false);

        let normed = normalize(&self.layer().attention_norm, &trace.input);
        let mut dnormed = vec![0.0; normed.len()];
        for (module, dy) in [(Module::Query, dq), (Module::Key, dk), (Module::Value, dv)] {
            self.unapply(module, (&normed, &dy), &mut dnormed, trace, sink, workspace);
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

    /// Adds to the gradient of a linear layer's input, and to those of its weights and of its adapter.
    fn unapply(
        &self,
        module: Module,
        (x, dy): (&[f32], &[f32]),
        dx: &mut [f32],
        trace: &mut Trace,
        sink: &mut Sink,
        workspace: &mut Workspace,
    ) {
        let weight = &self.layer().linear(module).weight;
        linear::backward(dy, weight, dx, workspace);
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
        let low = &mut trace.lows[module.index()];
        match self.drop(module, x) {
            None => lora.backward(x, low, dy, LoraGradients { a, b, x: dx }, workspace),
            Some(read) => {
                let mut dread = vec![0.0; x.len()];
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
    ) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
        let shape = self.shape();
        let Trace {
            q,
            k,
            v,
            normalizers,
            ..
        } = trace;
        let (mut dq, mut dk, mut dv) = (vec![0.0; q.len()], vec![0.0; k.len()], vec![0.0; v.len()]);
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
