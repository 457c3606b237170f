//! The linear layers of a transformer layer, which adapters are named after.

use crate::config::{MlpKind, ModelConfig};

/// One of the linear layers of a transformer layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Module {
    /// `q_proj`.
    Query,
    /// `k_proj`.
    Key,
    /// `v_proj`.
    Value,
    /// `o_proj`.
    Output,
    /// `gate_proj`, of gated MLPs only.
    Gate,
    /// `up_proj`, or `c_fc`.
    Up,
    /// `down_proj`, or `c_proj`.
    Down,
}

impl Module {
    pub(crate) const COUNT: usize = 7;

    /// Those of attention.
    pub const ATTENTION: [Module; 4] = [Module::Query, Module::Key, Module::Value, Module::Output];

    /// All that a layer has, in the order of the forward pass.
    pub fn of(mlp: MlpKind) -> impl Iterator<Item = Self> {
        let gate = (mlp == MlpKind::Gated).then_some(Module::Gate);
        Self::ATTENTION
            .into_iter()
            .chain(gate)
            .chain([Module::Up, Module::Down])
    }

    /// Where it is in a model file, below the layer.
    pub(crate) fn path(self, mlp: MlpKind) -> &'static str {
        match (self, mlp) {
            (Module::Query, _) => "self_attn.q_proj",
            (Module::Key, _) => "self_attn.k_proj",
            (Module::Value, _) => "self_attn.v_proj",
            (Module::Output, _) => "self_attn.o_proj",
            (Module::Gate, _) => "mlp.gate_proj",
            (Module::Up, MlpKind::Gated) => "mlp.up_proj",
            (Module::Up, MlpKind::Plain) => "mlp.c_fc",
            (Module::Down, MlpKind::Gated) => "mlp.down_proj",
            (Module::Down, MlpKind::Plain) => "mlp.c_proj",
        }
    }

    /// Its name, the last part of its path.
    pub fn name(self, mlp: MlpKind) -> &'static str {
        let path = self.path(mlp);
        path.split_once('.').map_or(path, |(_, name)| name)
    }

    /// Outputs and inputs.
    pub fn shape(self, config: &ModelConfig) -> (usize, usize) {
        let (width, mlp) = (config.width, config.mlp_width);
        let (queries, keys) = (config.attention.query_width(), config.attention.key_width());
        match self {
            Module::Query => (queries, width),
            Module::Key | Module::Value => (keys, width),
            Module::Output => (width, queries),
            Module::Gate | Module::Up => (mlp, width),
            Module::Down => (width, mlp),
        }
    }

    pub(crate) fn has_bias(self, config: &ModelConfig) -> bool {
        match self {
            Module::Query | Module::Key | Module::Value => config.biases.queries,
            Module::Output => config.biases.output,
            Module::Gate | Module::Up | Module::Down => config.biases.mlp,
        }
    }

    pub(crate) fn index(self) -> usize {
        self as usize
    }
}
