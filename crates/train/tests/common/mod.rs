//! Small random models to train.

use std::path::Path;

use scrl_kernels::Precision;
use scrl_policy::{Adapter, AdapterConfig, LoadOptions, Model, Module, PeftAdapter};
use scrl_train::Learner;

/// A random model of 67 tokens, 32 wide, with 2 layers.
pub(crate) fn model() -> Model {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy/tests/fixtures/llama");
    let options = LoadOptions {
        precision: Precision::F32,
        context: None,
    };
    Model::load(&folder, options).unwrap()
}

/// One that trains an adapter on it.
pub(crate) fn learner(value_head: bool, threads: usize) -> Learner {
    let model = model();
    let config = AdapterConfig {
        targets: Module::of(model.config().mlp).collect(),
        rank: 4,
        alpha: 8.0,
        dropout: 0.05,
        value_head,
        ..AdapterConfig::default()
    };
    let adapter = Adapter::new(config, model.config(), 3);
    let peft = PeftAdapter::new(adapter, model.config(), "llama");
    Learner::adapter(model, peft, threads)
}

pub(crate) fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}
