//! A language model with a `LoRA` adapter: load, sample, score, differentiate, save.
//!
//! A [`Model`] is read from a folder; an [`Adapter`] is what is trained, or the model's own weights are. A [`Policy`] is both at work:
//! it scores sequences and differentiates any loss that is a sum over their tokens. The same inputs give the same bits, on
//! any number of threads.

// Tests say which bits they want.
#![cfg_attr(test, allow(clippy::float_cmp))]

mod adapter;
mod batch;
mod cache;
mod config;
mod error;
mod export;
mod generate;
mod gguf;
mod layer;
mod memory;
mod model;
mod module;
mod parallel;
mod parameters;
mod peft;
mod pool;
mod random;
mod safetensors;
mod sampling;
mod score;
mod tensors;

pub use adapter::{Adapter, AdapterConfig};
pub use batch::Sequence;
pub use config::{Biases, MlpKind, ModelConfig, NormKind};
pub use error::Error;
pub use export::ExportOptions;
pub use generate::{Answer, GenerateOptions, Listen, Listener, Prompt};
pub use gguf::{Gguf, Value};
pub use memory::{Footprint, Load, available_memory};
pub use model::{LoadOptions, Model};
pub use module::Module;
pub use peft::PeftAdapter;
pub use safetensors::Checkpoint;
pub use sampling::Sampling;
pub use score::{Gradient, GradientOptions, Policy, Prediction, Slope};
