//! A layer applied to the next tokens of sequences whose keys and values are kept.

use std::ops::Range;

use scrl_kernels::{Workspace, attention};

use super::{Pass, add};
use crate::cache::Cache;
use crate::module::Module;
use crate::pool::Buffer;

/// The next tokens of one sequence.
pub(crate) struct Cached<'a> {
    /// Their rows in the batch.
    pub(crate) rows: Range<usize>,
    /// What is kept of those before.
    pub(crate) cache: &'a mut Cache,
}

impl<'a> Pass<'a> {
    /// `y`. Adds keys and values to the caches, whose tokens are counted once all layers have done so.
    pub(crate) fn extend(
        &self,
        x: &[f32],
        sequences: &mut [Cached],
        workspace: &mut Workspace,
    ) -> Buffer<'a> {
        let mut low = None;
        let mut apply = |module, input: &[f32], workspace: &mut Workspace| {
            self.apply(module, input, &mut low, workspace)
        };
        let normed = self.normalize(&self.layer().attention_norm, x);
        let mut q = apply(Module::Query, &normed, workspace);
        let mut k = apply(Module::Key, &normed, workspace);
        let v = apply(Module::Value, &normed, workspace);
        let attended = self.attend_cached((&mut q, &mut k, &v), sequences, workspace);
        let mut middle = apply(Module::Output, &attended, workspace);
        add(&mut middle, x);
        let (gate, up) = self.first_half(&middle, &mut apply, workspace);
        let mut output = apply(Module::Down, &self.activate(&gate, &up), workspace);
        add(&mut output, &middle);
        output
    }

    fn attend_cached(
        &self,
        (q, k, v): (&mut [f32], &mut [f32], &[f32]),
        sequences: &mut [Cached],
        workspace: &mut Workspace,
    ) -> Buffer<'a> {
        let shape = self.shape();
        let mut out = self.pool().room(q.len());
        for Cached { rows, cache } in sequences {
            let query = rows.start * shape.query_width()..rows.end * shape.query_width();
            let key = rows.start * shape.key_width()..rows.end * shape.key_width();
            let position = cache.tokens();
            self.model
                .rope
                .forward(&mut q[query.clone()], shape.heads, position);
            self.model
                .rope
                .forward(&mut k[key.clone()], shape.kv_heads, position);
            cache.append(self.index, &k[key.clone()], &v[key]);
            let mut normalizers = self.pool().room(rows.len() * shape.heads);
            let (out, q) = (&mut out[query.clone()], &q[query]);
            cache.with_keys(self.index, rows.len(), |keys| {
                attention::forward(shape, q, keys, out, &mut normalizers, workspace);
            });
        }
        out
    }
}
