//! A configuration as `transformers` reads it.

use scrl_kernels::rope::Scaling;
use serde_json::{Value, json};

use super::{MlpKind, ModelConfig};

impl ModelConfig {
    /// What `config.json` says of a model of this form. Token ids, which the engine does not know, are left out.
    pub(crate) fn to_json(&self) -> Value {
        let attention = self.attention;
        let mut written = json!({
            "vocab_size": self.vocabulary,
            "hidden_size": self.width,
            "intermediate_size": self.mlp_width,
            "num_hidden_layers": self.layers,
            "num_attention_heads": attention.heads,
            "num_key_value_heads": attention.kv_heads,
            "max_position_embeddings": self.context,
            "rope_theta": self.theta,
            "rope_scaling": scaling(self.scaling),
            "tie_word_embeddings": self.tied,
        });
        let family = match (self.mlp, self.biases.queries, self.biases.output) {
            (MlpKind::Plain, ..) => json!({
                "model_type": "starcoder2", "architectures": ["Starcoder2ForCausalLM"],
                "hidden_act": "gelu_pytorch_tanh", "norm_epsilon": self.epsilon, "use_bias": self.biases.mlp,
                "sliding_window": attention.window,
            }),
            (MlpKind::Gated, true, false) => json!({
                "model_type": "qwen2", "architectures": ["Qwen2ForCausalLM"], "hidden_act": "silu",
                "rms_norm_eps": self.epsilon, "use_sliding_window": false,
            }),
            (MlpKind::Gated, ..) => json!({
                "model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_act": "silu",
                "rms_norm_eps": self.epsilon, "attention_bias": self.biases.queries, "mlp_bias": self.biases.mlp,
                "head_dim": attention.size,
            }),
        };
        if let (Value::Object(written), Value::Object(family)) = (&mut written, family) {
            written.extend(family);
        }
        written
    }
}

fn scaling(scaling: Scaling) -> Value {
    match scaling {
        Scaling::Plain => Value::Null,
        Scaling::Linear { factor } => {
            json!({"rope_type": "linear", "type": "linear", "factor": factor})
        }
        Scaling::Llama3 {
            factor,
            low_frequency_factor,
            high_frequency_factor,
            original_context,
        } => json!({
            "rope_type": "llama3", "factor": factor, "low_freq_factor": low_frequency_factor,
            "high_freq_factor": high_frequency_factor, "original_max_position_embeddings": original_context as u64,
        }),
    }
}
