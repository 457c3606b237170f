//! A configuration as it is written, and its rules.

use scrl_kernels::attention::Attention;
use scrl_kernels::rope::Scaling;
use serde::Deserialize;

use super::{Biases, MlpKind, ModelConfig, NormKind};

/// Above any model's sizes, and small enough that products of three do not overflow.
const LARGEST: usize = 1 << 20;
/// Above any model's context, in tokens.
const LONGEST: usize = 1 << 24;

/// The keys that count here; others are passed over.
#[derive(Deserialize)]
pub(crate) struct RawConfig {
    pub(crate) model_type: String,
    pub(crate) vocab_size: usize,
    pub(crate) hidden_size: usize,
    pub(crate) intermediate_size: usize,
    pub(crate) num_hidden_layers: usize,
    pub(crate) num_attention_heads: usize,
    pub(crate) num_key_value_heads: Option<usize>,
    pub(crate) head_dim: Option<usize>,
    pub(crate) max_position_embeddings: usize,
    pub(crate) rms_norm_eps: Option<f64>,
    pub(crate) norm_epsilon: Option<f64>,
    pub(crate) hidden_act: Option<String>,
    pub(crate) rope_theta: Option<f64>,
    pub(crate) rope_scaling: Option<RawScaling>,
    pub(crate) rope_parameters: Option<RawScaling>,
    pub(crate) tie_word_embeddings: Option<bool>,
    pub(crate) attention_bias: Option<bool>,
    pub(crate) mlp_bias: Option<bool>,
    pub(crate) use_bias: Option<bool>,
    pub(crate) sliding_window: Option<usize>,
    pub(crate) use_sliding_window: Option<bool>,
}

#[derive(Default, Deserialize)]
pub(crate) struct RawScaling {
    rope_type: Option<String>,
    #[serde(rename = "type")]
    older_type: Option<String>,
    rope_theta: Option<f64>,
    factor: Option<f64>,
    low_freq_factor: Option<f64>,
    high_freq_factor: Option<f64>,
    original_max_position_embeddings: Option<f64>,
}

/// What the families differ in, with the defaults of `transformers`.
struct Family {
    norm: NormKind,
    epsilon: f64,
    mlp: MlpKind,
    activation: &'static str,
    tied: bool,
    biases: Biases,
    window: Option<usize>,
}

impl RawConfig {
    pub(crate) fn normalize(self) -> Result<ModelConfig, String> {
        let family = self.family()?;
        let activation = self.hidden_act.as_deref().unwrap_or(family.activation);
        if activation != family.activation {
            let expected = family.activation;
            return Err(format!(
                "hidden_act `{activation}` is not supported; {expected} is"
            ));
        }
        self.check_sizes()?;
        let (theta, scaling) = self.rotation()?;
        Ok(ModelConfig {
            vocabulary: self.vocab_size,
            width: self.hidden_size,
            layers: self.num_hidden_layers,
            attention: self.heads(family.window)?,
            mlp_width: self.intermediate_size,
            context: self.max_position_embeddings,
            norm: family.norm,
            epsilon: positive("the epsilon of the norms", family.epsilon)? as f32,
            mlp: family.mlp,
            theta,
            scaling,
            tied: self.tie_word_embeddings.unwrap_or(family.tied),
            biases: family.biases,
        })
    }

    fn family(&self) -> Result<Family, String> {
        let gated = |queries, output, mlp| Family {
            norm: NormKind::Rms,
            epsilon: self.rms_norm_eps.unwrap_or(1e-6),
            mlp: MlpKind::Gated,
            activation: "silu",
            tied: false,
            biases: Biases {
                queries,
                output,
                mlp,
            },
            window: None,
        };
        match self.model_type.as_str() {
            "llama" => {
                let attention = self.attention_bias.unwrap_or(false);
                Ok(gated(attention, attention, self.mlp_bias.unwrap_or(false)))
            }
            "qwen2" if self.use_sliding_window == Some(true) => {
                Err("use_sliding_window of qwen2 is not supported".to_owned())
            }
            "qwen2" => Ok(gated(true, false, false)),
            "starcoder2" => {
                let bias = self.use_bias.unwrap_or(true);
                Ok(Family {
                    norm: NormKind::Layer,
                    epsilon: self.norm_epsilon.unwrap_or(1e-5),
                    mlp: MlpKind::Plain,
                    activation: "gelu_pytorch_tanh",
                    tied: true,
                    biases: Biases {
                        queries: bias,
                        output: bias,
                        mlp: bias,
                    },
                    window: self.sliding_window,
                })
            }
            other => Err(format!(
                "model_type `{other}` is not supported; llama, qwen2 and starcoder2 are"
            )),
        }
    }

    fn check_sizes(&self) -> Result<(), String> {
        let sizes = [
            ("vocab_size", self.vocab_size),
            ("hidden_size", self.hidden_size),
            ("intermediate_size", self.intermediate_size),
            ("num_hidden_layers", self.num_hidden_layers),
            ("num_attention_heads", self.num_attention_heads),
            ("num_key_value_heads", self.num_key_value_heads.unwrap_or(1)),
            ("head_dim", self.head_dim.unwrap_or(2)),
            ("sliding_window", self.sliding_window.unwrap_or(1)),
        ];
        for (name, size) in sizes {
            if size == 0 || size > LARGEST {
                return Err(format!("{name} is {size}; it must be from 1 to {LARGEST}"));
            }
        }
        let context = self.max_position_embeddings;
        if context == 0 || context > LONGEST {
            return Err(format!(
                "max_position_embeddings is {context}; it must be from 1 to {LONGEST}"
            ));
        }
        Ok(())
    }

    fn heads(&self, window: Option<usize>) -> Result<Attention, String> {
        let heads = self.num_attention_heads;
        let kv_heads = self.num_key_value_heads.unwrap_or(heads);
        if !heads.is_multiple_of(kv_heads) {
            return Err(format!(
                "num_key_value_heads {kv_heads} does not divide num_attention_heads {heads}"
            ));
        }
        if self.head_dim.is_none() && !self.hidden_size.is_multiple_of(heads) {
            return Err(format!(
                "num_attention_heads {heads} does not divide hidden_size {}",
                self.hidden_size
            ));
        }
        let size = self.head_dim.unwrap_or(self.hidden_size / heads);
        if !size.is_multiple_of(2) {
            return Err(format!(
                "a head of {size} elements cannot be rotated; it must be even"
            ));
        }
        Ok(Attention {
            heads,
            kv_heads,
            size,
            window,
        })
    }

    fn rotation(&self) -> Result<(f64, Scaling), String> {
        let raw = self.rope_parameters.as_ref().or(self.rope_scaling.as_ref());
        let theta = self
            .rope_theta
            .or(raw.and_then(|raw| raw.rope_theta))
            .unwrap_or(1e4);
        let scaling = raw.map_or(Ok(Scaling::Plain), RawScaling::normalize)?;
        Ok((positive("rope_theta", theta)?, scaling))
    }
}

impl RawScaling {
    /// One that has a factor at most.
    pub(crate) fn new(kind: &str, factor: Option<f64>) -> Self {
        Self {
            rope_type: Some(kind.to_owned()),
            factor,
            ..Self::default()
        }
    }

    fn normalize(&self) -> Result<Scaling, String> {
        let kind = self
            .rope_type
            .as_deref()
            .or(self.older_type.as_deref())
            .unwrap_or("default");
        let wanted = |name: &str, value: Option<f64>| {
            let value = value.ok_or_else(|| format!("rotary scaling `{kind}` has no `{name}`"))?;
            positive(&format!("rotary scaling `{kind}`: `{name}`"), value)
        };
        match kind {
            "default" => Ok(Scaling::Plain),
            "linear" => Ok(Scaling::Linear {
                factor: wanted("factor", self.factor)?,
            }),
            "llama3" => {
                let low_frequency_factor = wanted("low_freq_factor", self.low_freq_factor)?;
                let high_frequency_factor = wanted("high_freq_factor", self.high_freq_factor)?;
                if low_frequency_factor >= high_frequency_factor {
                    return Err("rotary scaling `llama3`: `low_freq_factor` must be below `high_freq_factor`".into());
                }
                let original = self.original_max_position_embeddings;
                Ok(Scaling::Llama3 {
                    factor: wanted("factor", self.factor)?,
                    low_frequency_factor,
                    high_frequency_factor,
                    original_context: wanted("original_max_position_embeddings", original)?,
                })
            }
            other => Err(format!(
                "rotary scaling `{other}` is not supported; linear and llama3 are"
            )),
        }
    }
}

fn positive(name: &str, value: f64) -> Result<f64, String> {
    let name = name
        .strip_suffix('`')
        .map_or(format!("{name} is"), |name| format!("{name}`"));
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(format!("{name} {value}; it must be above 0"))
    }
}
