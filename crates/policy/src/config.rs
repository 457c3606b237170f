//! The form of a model, from its `config.json`.
//!
//! Three families of the Hugging Face format are known: `llama` (deepseek-coder, `CodeLlama`, `SmolLM2`, `TinyLlama`),
//! `qwen2` (Qwen2.5-Coder) and `starcoder2`. What they differ in becomes plain fields here, and nothing else of the crate
//! knows their names. Rotary settings are read as `transformers` wrote them before version 5 (`rope_theta`,
//! `rope_scaling`) and since (`rope_parameters`).

mod raw;
mod written;

pub(crate) use raw::{RawConfig, RawScaling};

use std::path::Path;

use scrl_kernels::attention::Attention;
use scrl_kernels::rope::Scaling;

use crate::error::Error;

/// The form of a model. Sizes are in elements, `context` in tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelConfig {
    /// Rows of the embedding.
    pub vocabulary: usize,
    /// Elements of a hidden state.
    pub width: usize,
    /// Number of layers.
    pub layers: usize,
    /// Heads and window of every layer.
    pub attention: Attention,
    /// Elements between the two halves of an MLP.
    pub mlp_width: usize,
    /// The most tokens that the model was made for.
    pub context: usize,
    /// Which normalisation.
    pub norm: NormKind,
    /// What stands under the root of a normalisation beside the variance.
    pub epsilon: f32,
    /// Which MLP.
    pub mlp: MlpKind,
    /// Base of the rotary frequencies.
    pub theta: f64,
    /// Their scaling.
    pub scaling: Scaling,
    /// Whether the output layer is the embedding.
    pub tied: bool,
    /// Which linear layers have a bias.
    pub biases: Biases,
}

/// Which normalisation a model has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NormKind {
    /// Root mean square, with a gain.
    Rms,
    /// Mean and variance, with gain and bias.
    Layer,
}

/// Which MLP a model has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MlpKind {
    /// `SwiGLU`: `gate_proj`, `up_proj`, `down_proj`.
    Gated,
    /// GELU in its tanh form: `c_fc`, `c_proj`.
    Plain,
}

/// Which linear layers have a bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Biases {
    /// Queries, keys and values.
    pub queries: bool,
    /// The output of attention.
    pub output: bool,
    /// The MLP.
    pub mlp: bool,
}

impl ModelConfig {
    /// The form of the model in a folder, in a GGUF file, or by a configuration file (`*.json`) alone. Weights are not
    /// read.
    ///
    /// # Errors
    /// As [`ModelConfig::read`].
    pub fn of(path: &Path) -> Result<Self, Error> {
        if !path.is_file() {
            return Self::read(&path.join("config.json"));
        }
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            return Self::read(path);
        }
        Ok(crate::gguf::Gguf::open(path)?.config().clone())
    }

    /// Reads `config.json`.
    ///
    /// # Errors
    /// If it cannot be read, names a family or a feature that is not supported, or sizes that do not fit together.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read(path).map_err(Error::file(path))?;
        let raw: RawConfig = serde_json::from_slice(&text).map_err(Error::json(path))?;
        raw.normalize()
            .map_err(|problem| Error::invalid(path, problem))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEEPSEEK_CODER: &str = r#"{"model_type": "llama", "vocab_size": 32256, "hidden_size": 2048,
        "intermediate_size": 5504, "num_hidden_layers": 24, "num_attention_heads": 16, "num_key_value_heads": 16,
        "max_position_embeddings": 16384, "rms_norm_eps": 1e-06, "rope_theta": 100000, "hidden_act": "silu",
        "rope_scaling": {"factor": 4.0, "type": "linear"}, "tie_word_embeddings": false}"#;

    fn read(text: &str) -> Result<ModelConfig, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(&path, text).unwrap();
        ModelConfig::read(&path).map_err(|error| match error {
            Error::Json { source, .. } => source.to_string(),
            Error::Invalid { problem, .. } => problem,
            other => other.to_string(),
        })
    }

    #[test]
    fn reads_deepseek_coder() {
        let config = read(DEEPSEEK_CODER).unwrap();
        let heads = Attention {
            heads: 16,
            kv_heads: 16,
            size: 128,
            window: None,
        };
        assert_eq!(config.attention, heads);
        assert_eq!(config.scaling, Scaling::Linear { factor: 4.0 });
        assert_eq!(
            (config.theta, config.tied, config.context),
            (1e5, false, 16384)
        );
        assert_eq!(
            config.biases,
            Biases {
                queries: false,
                output: false,
                mlp: false
            }
        );
    }

    #[test]
    fn what_is_written_is_read_again() {
        let qwen = r#"{"model_type": "qwen2", "vocab_size": 64, "hidden_size": 32, "intermediate_size": 48,
            "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "rms_norm_eps": 1e-06,
            "max_position_embeddings": 128, "tie_word_embeddings": true}"#;
        let starcoder = r#"{"model_type": "starcoder2", "vocab_size": 64, "hidden_size": 32, "intermediate_size": 48,
            "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "sliding_window": 16,
            "max_position_embeddings": 128}"#;
        let llama3 = DEEPSEEK_CODER.replace(
            r#"{"factor": 4.0, "type": "linear"}"#,
            r#"{"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                "original_max_position_embeddings": 8192}, "attention_bias": true, "head_dim": 64"#,
        );
        for text in [DEEPSEEK_CODER, qwen, starcoder, &llama3] {
            let config = read(text).unwrap();
            assert_eq!(read(&config.to_json().to_string()).unwrap(), config);
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let cases = [
            ("", "{", "EOF while parsing"),
            ("\"llama\"", "\"mamba\"", "model_type `mamba`"),
            ("\"vocab_size\": 32256,", "", "missing field `vocab_size`"),
            (
                "\"hidden_size\": 2048",
                "\"hidden_size\": 0",
                "hidden_size is 0",
            ),
            (
                "\"num_key_value_heads\": 16",
                "\"num_key_value_heads\": 5",
                "num_key_value_heads 5",
            ),
            (
                "\"num_attention_heads\": 16",
                "\"num_attention_heads\": 15",
                "num_attention_heads 15",
            ),
            ("\"linear\"", "\"yarn\"", "rotary scaling `yarn`"),
            ("\"factor\": 4.0, ", "", "has no `factor`"),
            ("\"factor\": 4.0", "\"factor\": 0.0", "`factor` 0"),
            ("\"silu\"", "\"relu\"", "hidden_act `relu`"),
            (
                "\"hidden_size\": 2048",
                "\"hidden_size\": 99999999999",
                "hidden_size is 99999999999",
            ),
            (
                "embeddings\": 16384",
                "embeddings\": 999999999999",
                "max_position_embeddings is 999999999999",
            ),
            (
                "\"rope_theta\": 100000",
                "\"rope_theta\": -1",
                "rope_theta is -1",
            ),
        ];
        for (from, to, words) in cases {
            let text = if from.is_empty() {
                to.to_owned()
            } else {
                DEEPSEEK_CODER.replace(from, to)
            };
            let problem = read(&text).unwrap_err();
            assert!(
                problem.contains(words),
                "{problem:?} does not contain {words:?}"
            );
        }
    }
}
