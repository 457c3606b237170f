//! A model with its adapter merged into it, and whole models in the files of Hugging Face.

use std::collections::BTreeMap;
use std::path::Path;

use scrl_kernels::Precision;
use serde_json::{Value, json};

use crate::adapter::Adapter;
use crate::error::Error;
use crate::model::Model;
use crate::module::Module;
use crate::safetensors::{Tensor, write};

/// How a model is written.
#[derive(Clone, Copy, Debug)]
pub struct ExportOptions<'a> {
    /// Of the tensors in the files. What is kept in bfloat16 gains nothing by more.
    pub precision: Precision,
    /// The most bytes of a file of weights, unless one tensor is larger.
    pub largest_file: u64,
    /// A folder whose configuration, tokenizer and generation settings are taken over: when not given, the one that the model
    /// was loaded from. Of a GGUF file's model the configuration is written from what the engine knows, and there is no
    /// tokenizer.
    pub like: Option<&'a Path>,
}

impl Default for ExportOptions<'_> {
    /// As Hugging Face: bfloat16, at most 5 GB in a file.
    fn default() -> Self {
        Self {
            precision: Precision::Bf16,
            largest_file: 5_000_000_000,
            like: None,
        }
    }
}

/// What belongs to a model beside its weights and is not read here.
const COMPANIONS: [&str; 9] = [
    "added_tokens.json",
    "chat_template.jinja",
    "generation_config.json",
    "merges.txt",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "vocab.json",
];

impl Model {
    /// Adds what the factors of an adapter do to the weights that they adapt: `W += s B A`. Weights kept in bfloat16 are
    /// rounded. A value head has no place in a model and is left alone.
    pub fn merge(&mut self, adapter: &Adapter) {
        let mlp = self.config().mlp;
        for (index, layer) in self.layers.iter_mut().enumerate() {
            for module in Module::of(mlp) {
                let Some(lora) = adapter.lora(index, module) else {
                    continue;
                };
                let weight = &mut layer.linear_mut(module).weight;
                let mut row = vec![0.0; weight.inputs()];
                for (output, b) in lora.b.chunks_exact(lora.rank).enumerate() {
                    weight.row(output, &mut row);
                    for (b, a) in b.iter().zip(lora.a.chunks_exact(row.len())) {
                        let factor = lora.scale * b;
                        row.iter_mut()
                            .zip(a)
                            .for_each(|(w, a)| *w = factor.mul_add(*a, *w));
                    }
                    weight.set_row(output, &row);
                }
            }
        }
    }

    /// Writes a folder that `transformers` loads: `config.json` and `model.safetensors`, or several files with an index.
    ///
    /// # Errors
    /// If the system refuses, or the configuration to be taken over cannot be read.
    pub fn export(&self, folder: &Path, options: ExportOptions) -> Result<(), Error> {
        std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
        self.export_config(folder, options)?;
        let mut files: Vec<Vec<Tensor>> = vec![Vec::new()];
        let (mut total, mut filled) = (0, 0);
        for (name, values) in self.tensors() {
            let shape = values.shape();
            let tensor = Tensor {
                name,
                shape,
                values,
            };
            let bytes = tensor.bytes(options.precision);
            if filled > 0 && filled + bytes > options.largest_file {
                files.push(Vec::new());
                filled = 0;
            }
            (total, filled) = (total + bytes, filled + bytes);
            files.last_mut().expect("there is a first").push(tensor);
        }
        if files.len() == 1 {
            let all = files.remove(0);
            return write(&folder.join("model.safetensors"), all, options.precision);
        }
        let count = files.len();
        let mut places = BTreeMap::new();
        for (index, tensors) in files.into_iter().enumerate() {
            let file = format!("model-{:05}-of-{count:05}.safetensors", index + 1);
            places.extend(
                tensors
                    .iter()
                    .map(|tensor| (tensor.name.clone(), file.clone())),
            );
            write(&folder.join(file), tensors, options.precision)?;
        }
        let index = json!({"metadata": {"total_size": total}, "weight_map": places});
        write_json(&folder.join("model.safetensors.index.json"), &index)
    }

    fn export_config(&self, folder: &Path, options: ExportOptions) -> Result<(), Error> {
        let mut config = match options.like.or(self.folder.as_deref()) {
            None => self.config().to_json(),
            Some(like) => {
                for name in COMPANIONS.iter().filter(|name| like.join(name).exists()) {
                    copy(&like.join(name), &folder.join(name))?;
                }
                let path = like.join("config.json");
                let text = std::fs::read(&path).map_err(Error::file(&path))?;
                serde_json::from_slice(&text).map_err(Error::json(&path))?
            }
        };
        let dtype = match options.precision {
            Precision::Bf16 => "bfloat16",
            Precision::F32 => "float32",
        };
        if let Value::Object(config) = &mut config {
            // `dtype` since version 5 of transformers; both are read.
            config.remove("dtype");
            config.insert("torch_dtype".to_owned(), json!(dtype));
        }
        write_json(&folder.join("config.json"), &config)
    }
}

/// Copies a file, unless it is the same one: a model that is written where it was read.
fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let same = from.canonicalize().ok().zip(to.canonicalize().ok());
    if same.is_some_and(|(from, to)| from == to) {
        return Ok(());
    }
    std::fs::copy(from, to).map_err(Error::file(from))?;
    Ok(())
}

fn write_json(path: &Path, value: &Value) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(value).map_err(Error::json(path))?;
    std::fs::write(path, text + "\n").map_err(Error::file(path))
}
