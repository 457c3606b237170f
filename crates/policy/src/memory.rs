//! How much memory a model takes: said before anything is allocated.
//!
//! Counted is what is large: weights, adapters with their gradients and moments, what a way back needs of the way forward,
//! keys and values, logits. The rest of the program is taken as [`PROGRAM`].

use std::path::Path;

use scrl_kernels::Workspace;
use scrl_kernels::attention::PAGE;

use crate::adapter::AdapterConfig;
use crate::batch::ROWS;
use crate::config::{MlpKind, ModelConfig, NormKind};
use crate::error::Error;
use crate::model::LoadOptions;
use crate::module::Module;
use crate::score::LOGIT_ROWS;

/// Code, stacks and what is small.
const PROGRAM: f64 = 8_388_608.0;

/// What a model is to do at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Threads that work.
    pub threads: usize,
    /// Sequences at a time, of all threads together.
    pub sequences: usize,
    /// Tokens of each: prompt and answer.
    pub tokens: usize,
}

/// Bytes that a model of some form takes.
#[derive(Clone, Copy, Debug)]
pub struct Footprint<'a> {
    config: &'a ModelConfig,
    options: LoadOptions,
}

impl<'a> Footprint<'a> {
    /// Of a model that is loaded in some way.
    pub fn new(config: &'a ModelConfig, options: LoadOptions) -> Self {
        Self { config, options }
    }

    /// Weights and rotary tables.
    pub fn weights(&self) -> u64 {
        whole(self.loaded())
    }

    /// The most while answers are sampled, prompts being half of each sequence.
    pub fn sampling(&self, load: Load) -> u64 {
        let config = self.config;
        let shape = config.attention;
        let pages = load.tokens.div_ceil(PAGE) * config.layers;
        let page = product(&[
            shape.kv_heads,
            shape.size + shape.size.next_multiple_of(16),
            PAGE,
        ]);
        let cache = product(&[load.sequences, pages]) * page;
        // A batch's logits, and those of a token that is being chosen.
        let logits = product(&[load.sequences + 3 * load.threads, config.vocabulary]);
        let prompt = product(&[load.threads, load.tokens / 2]) * self.transient();
        whole(self.loaded() + FLOAT * (cache + logits + prompt) + program(load))
    }

    /// The most in a training step of an adapter, with its optimizer.
    pub fn training(&self, adapter: &AdapterConfig, recompute: bool, load: Load) -> u64 {
        let config = self.config;
        let busy = load.threads.min(load.sequences);
        // Factors, sum of gradients and two moments; gradients of packs, made and handed over.
        let vectors = self.trained(adapter) * (4 + 2 * busy) as f64;
        let kept = if recompute {
            product(&[config.width, config.layers]) + self.trace(adapter)
        } else {
            self.trace(adapter) * config.layers as f64
        };
        let rows = pack_rows(load);
        let logits = product(&[LOGIT_ROWS.min(rows), config.vocabulary]);
        let pack = rows as f64 * (kept + self.transient()) + logits;
        whole(self.loaded() + FLOAT * (vectors + busy as f64 * pack) + program(load))
    }

    fn loaded(&self) -> f64 {
        let config = self.config;
        let bytes = self.options.precision.bytes();
        let matrix =
            |outputs: usize, inputs: usize| product(&[outputs.next_multiple_of(16), inputs, bytes]);
        let norm = match config.norm {
            NormKind::Rms => config.width,
            NormKind::Layer => 2 * config.width,
        };
        let linear = |module: Module| {
            let (outputs, inputs) = module.shape(config);
            let bias = if module.has_bias(config) { outputs } else { 0 };
            matrix(outputs, inputs) + FLOAT * bias as f64
        };
        let linears: f64 = Module::of(config.mlp).map(linear).sum();
        let layers = config.layers as f64 * (linears + 2.0 * FLOAT * norm as f64);
        let tables = if config.tied { 1.0 } else { 2.0 } * matrix(config.vocabulary, config.width);
        let context = self.options.context.unwrap_or(config.context);
        let rope = FLOAT * product(&[context, config.attention.size]);
        layers + tables + FLOAT * norm as f64 + rope
    }

    /// Numbers of an adapter.
    fn trained(&self, adapter: &AdapterConfig) -> f64 {
        let factors = |module: &Module| {
            let (outputs, inputs) = module.shape(self.config);
            outputs + inputs
        };
        let layer: usize = adapter.targets.iter().map(factors).sum();
        product(&[layer, adapter.rank, self.config.layers])
    }

    /// Numbers for each token that a layer keeps for its way back.
    fn trace(&self, adapter: &AdapterConfig) -> f64 {
        let config = self.config;
        let shape = config.attention;
        let halves = match config.mlp {
            MlpKind::Gated => 2,
            MlpKind::Plain => 1,
        };
        let attention = 2 * shape.query_width() + 2 * shape.key_width() + shape.heads;
        let low = adapter.rank * adapter.targets.len();
        (2 * config.width + attention + halves * config.mlp_width + low) as f64
    }

    /// Numbers for each token that exist while a layer computes and are gone after it.
    fn transient(&self) -> f64 {
        (4 * self.config.width + 4 * self.config.mlp_width) as f64
    }
}

/// Bytes of a number.
const FLOAT: f64 = 4.0;

/// In `f64`, since configurations are not trusted and sizes multiply.
fn product(factors: &[usize]) -> f64 {
    factors.iter().map(|factor| *factor as f64).product()
}

fn whole(bytes: f64) -> u64 {
    bytes as u64
}

fn program(load: Load) -> f64 {
    PROGRAM + product(&[load.threads, Workspace::BYTES])
}

/// Tokens of the largest pack.
fn pack_rows(load: Load) -> usize {
    let each = load.tokens.saturating_sub(1).max(1);
    let together = (ROWS / each).clamp(1, load.sequences.max(1));
    each * together
}

/// An error if the machine has less than a model's weights take.
pub(crate) fn check(path: &Path, needed: u64) -> Result<(), Error> {
    match available_memory() {
        Some(available) if needed > available => Err(Error::Memory {
            path: path.to_path_buf(),
            needed: needed >> 20,
            available: available >> 20,
        }),
        _ => Ok(()),
    }
}

/// Bytes that a program may still take on this machine, as far as the system says: what is available without swapping, or
/// what is left of the control group's limit if that is less.
pub fn available_memory() -> Option<u64> {
    let machine = machine_memory();
    let group = group_memory();
    machine.into_iter().chain(group).min()
}

fn machine_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

/// Of the second version of control groups, as a container shows it.
fn group_memory() -> Option<u64> {
    let read = |name: &str| {
        let text = std::fs::read_to_string(format!("/sys/fs/cgroup/{name}")).ok()?;
        text.trim().parse::<u64>().ok()
    };
    // `max` is no number, and no limit.
    Some(read("memory.max")?.saturating_sub(read("memory.current")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_refused_with_figures() {
        let path = Path::new("model/config.json");
        assert!(check(path, 1 << 20).is_ok());
        let error = check(path, u64::MAX).unwrap_err().to_string();
        assert!(error.starts_with("`model/config.json` needs 17592186044415 MiB of memory"));
        assert!(available_memory().unwrap() > 1 << 20);
    }
}
