//! Models in the GGUF format of llama.cpp: one file with everything, weights mostly quantized.
//!
//! A file is a header, metadata, a list of tensors, and the tensors' blocks. As with safetensors nothing is believed
//! before it was compared with the size of the file. Tensors are known here by the names of Hugging Face. The rows of
//! queries and keys of llama models, which the format keeps in the order of interleaved rotary planes, are handed out in
//! Hugging Face's order, so that adapters fit.

mod blocks;
mod header;
mod names;

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::config::{ModelConfig, RawConfig, RawScaling};
use crate::error::Error;
use crate::tensors::Tensors;
use blocks::BlockType;
pub use header::Value;
use header::{Entry, Header};

/// A GGUF file that has been opened.
#[derive(Debug)]
pub struct Gguf {
    path: PathBuf,
    file: File,
    header: Header,
    config: ModelConfig,
}

impl Gguf {
    /// Opens a file and reads everything but the tensors.
    ///
    /// # Errors
    /// If it is not what it says, or of a family that is not supported.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::file(path))?;
        let header = header::read(path, &file)?;
        let config = config(&header).map_err(|problem| Error::invalid(path, problem))?;
        Ok(Self {
            path: path.to_path_buf(),
            file,
            header,
            config,
        })
    }

    /// The form of the model.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// All metadata by key: vocabulary, chat template and so on.
    pub fn metadata(&self) -> &BTreeMap<String, Value> {
        &self.header.metadata
    }

    /// The tensor with a name of Hugging Face's.
    fn entry(&self, name: &str) -> Result<&Entry, Error> {
        let missing = || Error::Missing {
            path: self.path.clone(),
            tensor: name.to_owned(),
        };
        let own = names::own(name).ok_or_else(missing)?;
        self.header.tensors.get(&own).ok_or_else(missing)
    }

    /// Whether the rows of a tensor are in the order of interleaved rotary planes.
    fn is_interleaved(&self, name: &str) -> bool {
        let turned = name.contains(".q_proj.") || name.contains(".k_proj.");
        turned && self.header.text("general.architecture") == Some("llama")
    }

    fn error(&self, tensor: &str, problem: String) -> Error {
        Error::Tensor {
            path: self.path.clone(),
            tensor: tensor.to_owned(),
            problem,
        }
    }
}

impl Tensors for Gguf {
    fn expect(&self, name: &str, shape: &[usize]) -> Result<(), Error> {
        let found = &self.entry(name)?.shape;
        if found == shape {
            return Ok(());
        }
        Err(self.error(
            name,
            format!("has the shape {found:?}; the metadata asks for {shape:?}"),
        ))
    }

    fn for_rows(&self, name: &str, visit: &mut dyn FnMut(usize, &[f32])) -> Result<(), Error> {
        let Entry {
            shape,
            kind,
            offset,
        } = self.entry(name)?;
        let (size, interleaved) = (self.config.attention.size, self.is_interleaved(name));
        let place = |row: usize| {
            if interleaved {
                row / size * size + row % 2 * (size / 2) + row % size / 2
            } else {
                row
            }
        };
        let width = *shape.last().unwrap_or(&1);
        let rows = shape.iter().rev().skip(1).product::<usize>();
        let mut bytes = vec![0; kind.bytes(width)];
        let mut values = vec![0.0; width];
        for row in 0..rows {
            let offset = offset + (row * bytes.len()) as u64;
            self.file
                .read_exact_at(&mut bytes, offset)
                .map_err(Error::file(&self.path))?;
            kind.widen(&bytes, &mut values);
            if let Some(index) = values.iter().position(|value| !value.is_finite()) {
                return Err(self.error(
                    name,
                    format!("holds {} at element {}", values[index], row * width + index),
                ));
            }
            if shape.len() == 1 {
                let mut placed = vec![0.0; width];
                for (index, value) in values.iter().enumerate() {
                    placed[place(index)] = *value;
                }
                visit(0, &placed);
            } else {
                visit(place(row), &values);
            }
        }
        Ok(())
    }
}

/// The form of the model by the metadata.
fn config(header: &Header) -> Result<ModelConfig, String> {
    let family = header
        .text("general.architecture")
        .ok_or("names no general.architecture")?;
    let number = |key: &str| header.number(&format!("{family}.{key}"));
    let size = |key: &str| {
        let value = number(key).ok_or_else(|| format!("has no `{family}.{key}`"))?;
        // Not a size becomes 0, which is refused as such.
        Ok::<usize, String>(if value.fract() == 0.0 && value >= 0.0 {
            value as usize
        } else {
            0
        })
    };
    if header.tensors.contains_key("rope_freqs.weight") {
        return Err(
            "rotary frequencies of its own (`rope_freqs.weight`) are not supported".to_owned(),
        );
    }
    let embedding = header
        .tensors
        .get("token_embd.weight")
        .ok_or("has no tensor `token_embd.weight`")?;
    let has = |name: &str| header.tensors.contains_key(name);
    let scaling = header
        .text(&format!("{family}.rope.scaling.type"))
        .filter(|kind| *kind != "none");
    let theta = number("rope.freq_base");
    RawConfig {
        model_type: family.to_owned(),
        vocab_size: embedding.shape.first().copied().unwrap_or(0),
        hidden_size: size("embedding_length")?,
        intermediate_size: size("feed_forward_length")?,
        num_hidden_layers: size("block_count")?,
        num_attention_heads: size("attention.head_count")?,
        num_key_value_heads: number("attention.head_count_kv").map(|heads| heads as usize),
        head_dim: number("attention.key_length").map(|size| size as usize),
        max_position_embeddings: size("context_length")?,
        rms_norm_eps: number("attention.layer_norm_rms_epsilon"),
        norm_epsilon: number("attention.layer_norm_epsilon"),
        hidden_act: None,
        rope_theta: theta,
        rope_scaling: scaling.map(|kind| RawScaling::new(kind, number("rope.scaling.factor"))),
        rope_parameters: None,
        tie_word_embeddings: Some(!has("output.weight")),
        attention_bias: Some(has("blk.0.attn_q.bias")),
        mlp_bias: Some(has("blk.0.ffn_up.bias")),
        use_bias: Some(has("blk.0.ffn_up.bias")),
        sliding_window: number("attention.sliding_window").map(|window| window as usize),
        use_sliding_window: None,
    }
    .normalize()
}
