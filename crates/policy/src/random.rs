//! A model that has learned nothing yet.

use std::cell::Cell;
use std::path::Path;

use scrl_kernels::philox;

use crate::config::ModelConfig;
use crate::error::Error;
use crate::model::{LoadOptions, Model};
use crate::tensors::Tensors;

/// Standard deviation of the first weights (Radford et al. 2019, GPT-2).
const DEVIATION: f64 = 0.02;

impl Model {
    /// A model of a form with random weights, the same for a seed on every machine: uniform with the standard deviation of GPT-2; what
    /// is added to the residual stream is smaller by the root of the number of additions. Gains are 1, biases 0.
    ///
    /// # Errors
    /// If it does not fit into memory, or the context is longer than the model's own.
    pub fn random(config: ModelConfig, options: LoadOptions, seed: u64) -> Result<Self, Error> {
        let tensors = Random {
            additions: 2 * config.layers,
            seed,
            shape: Cell::default(),
        };
        Self::read(Path::new("random weights"), config, &tensors, options)
    }
}

struct Random {
    additions: usize,
    seed: u64,
    /// Rows and columns of the tensor that was asked for last: `expect` comes before `for_rows`.
    shape: Cell<(usize, usize)>,
}

impl Random {
    fn bound(&self, name: &str) -> f32 {
        let is_added = ["o_proj", "down_proj", "c_proj"]
            .iter()
            .any(|module| name.contains(module));
        let parts = if is_added { self.additions as f64 } else { 1.0 };
        // A uniform number within a bound has the variance bound^2 / 3.
        (DEVIATION * (3.0 / parts).sqrt()) as f32
    }

    fn fill(&self, row: &mut [f32], place: [u32; 2], bound: f32) {
        for (index, value) in row.iter_mut().enumerate() {
            let word = philox([index as u32, place[0], place[1], 3], self.seed)[0];
            *value = (word as f32 / (1u64 << 31) as f32 - 1.0) * bound;
        }
    }
}

impl Tensors for Random {
    fn expect(&self, _: &str, shape: &[usize]) -> Result<(), Error> {
        self.shape.set(match *shape {
            [rows, columns] => (rows, columns),
            _ => (1, shape.iter().product()),
        });
        Ok(())
    }

    fn for_rows(&self, name: &str, visit: &mut dyn FnMut(usize, &[f32])) -> Result<(), Error> {
        let (rows, columns) = self.shape.get();
        let constant = if name.ends_with("bias") {
            Some(0.0)
        } else {
            name.ends_with("norm.weight").then_some(1.0)
        };
        let mut row = vec![constant.unwrap_or_default(); columns];
        for number in 0..rows {
            if constant.is_none() {
                self.fill(&mut row, [number as u32, mark(name)], self.bound(name));
            }
            visit(number, &row);
        }
        Ok(())
    }
}

/// FNV-1a (Fowler, Noll and Vo): tensors of one shape get other numbers.
fn mark(name: &str) -> u32 {
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    name.bytes().fold(0x811c_9dc5, step)
}

#[cfg(test)]
mod tests {
    use scrl_kernels::Precision;

    use super::*;

    const FORM: &str = r#"{"model_type": "llama", "vocab_size": 500, "hidden_size": 64, "intermediate_size": 96,
        "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 128,
        "rms_norm_eps": 1e-05, "tie_word_embeddings": true}"#;

    fn model(seed: u64) -> Model {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(&path, FORM).unwrap();
        let options = LoadOptions {
            precision: Precision::F32,
            context: None,
        };
        Model::random(ModelConfig::read(&path).unwrap(), options, seed).unwrap()
    }

    fn deviation(values: &[f32]) -> f64 {
        let squares: f64 = values.iter().map(|value| f64::from(value * value)).sum();
        (squares / values.len() as f64).sqrt()
    }

    #[test]
    fn weights_have_the_deviation_that_their_place_asks_for() {
        let model = model(7);
        let values = model.parameters();
        for (name, range) in model.parameter_ranges() {
            let values = &values[range];
            if name.ends_with("norm.weight") {
                assert!(values.iter().all(|gain| *gain == 1.0), "{name}");
                continue;
            }
            let is_added = name.contains("o_proj") || name.contains("down_proj");
            let wanted = if is_added { 0.01 } else { 0.02 };
            // A deviation of 2,048 numbers or more is off by 1 % at most times.
            let got = deviation(values);
            assert!((got / wanted - 1.0).abs() < 0.05, "{name}: {got}");
        }
    }

    #[test]
    fn a_seed_says_all_and_no_two_tensors_are_alike() {
        let (one, again, other) = (model(7), model(7), model(8));
        assert_eq!(one.parameters(), again.parameters());
        assert_ne!(one.parameters(), other.parameters());
        let values = one.parameters();
        let of = |wanted: &str| {
            let ranges = one.parameter_ranges();
            let (_, range) = ranges.iter().find(|(name, _)| name == wanted).unwrap();
            values[range.clone()].to_vec()
        };
        assert_ne!(
            of("model.layers.0.self_attn.q_proj.weight"),
            of("model.layers.1.self_attn.q_proj.weight")
        );
        assert_ne!(
            of("model.layers.0.self_attn.k_proj.weight"),
            of("model.layers.0.self_attn.v_proj.weight")
        );
    }
}
