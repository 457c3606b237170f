//! Settings of a model that is trained from nothing: its form, what it reads, and how it learns.
//!
//! The run itself is [`crate::sft`] on all weights.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::Error;
use crate::sft::SftSettings;

/// Settings of pretraining.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PretrainSettings {
    /// The most tokens of the vocabulary, which is learned from the texts that are trained on.
    pub vocabulary: usize,
    /// Texts that the vocabulary is learned from.
    pub vocabulary_examples: usize,
    /// Seed of the curriculum: it decides the problems, and which of them are held out.
    pub curriculum_seed: u64,
    /// Problems of the split `train` that are learned, each with one program.
    pub examples: usize,
    /// Problems of the split `validation` that the loss is measured on.
    pub validation_examples: usize,
    /// How often each quality of program is drawn.
    pub mix: String,
    /// Whether the statements are learned too, and not only read.
    pub learn_prompts: bool,
    /// Seed of the first weights.
    pub seed: u64,
    /// The form of the model.
    pub model: ModelShape,
    /// How it learns.
    pub training: SftSettings,
}

/// The form of a Llama whose output layer is its embedding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelShape {
    /// Elements of a hidden state.
    pub width: usize,
    /// Layers.
    pub layers: usize,
    /// Heads of attention; the width is divided among them.
    pub heads: usize,
    /// Heads of keys and values.
    pub kv_heads: usize,
    /// Elements between the two halves of an MLP.
    pub mlp_width: usize,
    /// The most tokens of prompt and answer.
    pub context: usize,
}

impl Default for ModelShape {
    fn default() -> Self {
        Self {
            width: 256,
            layers: 6,
            heads: 8,
            kv_heads: 4,
            mlp_width: 704,
            context: 1024,
        }
    }
}

impl Default for PretrainSettings {
    fn default() -> Self {
        Self {
            vocabulary: 1536,
            vocabulary_examples: 4000,
            curriculum_seed: 0,
            examples: 100_000,
            validation_examples: 256,
            mix: "secure=35,insecure=35,silent=20,crash=10".to_owned(),
            learn_prompts: true,
            seed: 0,
            model: ModelShape::default(),
            training: SftSettings {
                epochs: 1,
                ..SftSettings::default()
            },
        }
    }
}

impl PretrainSettings {
    /// What is out of range.
    ///
    /// # Errors
    /// If something is; the error names it.
    pub fn check(&self) -> Result<(), Error> {
        let counts = [
            (self.examples, "examples"),
            (self.vocabulary_examples, "vocabulary_examples"),
        ];
        if let Some((_, name)) = counts.into_iter().find(|(count, _)| *count == 0) {
            return Err(Error::setting(name, "must be at least 1"));
        }
        self.training.check()
    }
}

impl ModelShape {
    /// As `config.json` of Hugging Face says it.
    pub fn to_json(&self, vocabulary: usize) -> Value {
        json!({
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "vocab_size": vocabulary,
            "hidden_size": self.width,
            "intermediate_size": self.mlp_width,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads,
            "max_position_embeddings": self.context,
            "hidden_act": "silu",
            "rms_norm_eps": 1e-5,
            "rope_theta": 10_000.0,
            "tie_word_embeddings": true,
            "attention_bias": false,
            "mlp_bias": false,
            "eos_token_id": 0,
            "pad_token_id": 0,
        })
    }
}
