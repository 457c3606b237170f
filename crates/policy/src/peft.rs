//! Adapters in the files of PEFT (`adapter_config.json`, `adapter_model.safetensors`), and the value head beside them.
//!
//! A file that PEFT wrote is written again byte for byte: keys that mean nothing here are kept as they are, those that
//! would change the computation and are not supported are errors. The value head, which PEFT does not know, is in
//! `value_head.safetensors`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use scrl_kernels::Precision;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::adapter::{Adapter, AdapterConfig};
use crate::config::ModelConfig;
use crate::error::Error;
use crate::module::Module;
use crate::parameters::TensorView;
use crate::safetensors::{Checkpoint, Tensor, write};

const CONFIG: &str = "adapter_config.json";
const FACTORS: &str = "adapter_model.safetensors";
const VALUE_HEAD: &str = "value_head.safetensors";

/// Above any rank that makes sense, and small enough that nothing overflows.
const LARGEST_RANK: usize = 1 << 16;

/// An adapter and what its configuration file says.
#[derive(Clone, Debug)]
pub struct PeftAdapter {
    /// The adapter.
    pub adapter: Adapter,
    /// `adapter_config.json`, by key.
    written: BTreeMap<String, Value>,
}

/// The keys that count here.
#[derive(Deserialize)]
struct Raw {
    peft_type: String,
    r: usize,
    lora_alpha: f64,
    #[serde(default)]
    lora_dropout: f32,
    #[serde(default)]
    use_rslora: bool,
    target_modules: Targets,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Targets {
    Names(Vec<String>),
    Pattern(String),
}

impl PeftAdapter {
    /// Gives an adapter the configuration that PEFT needs. `base_model` is the name or folder of the model that it is for.
    pub fn new(adapter: Adapter, model: &ModelConfig, base_model: &str) -> Self {
        let config = adapter.config();
        let names: Vec<_> = config
            .targets
            .iter()
            .map(|module| module.name(model.mlp))
            .collect();
        let integral = config.alpha.fract() == 0.0 && config.alpha.abs() < 1e9;
        let alpha = if integral {
            json!(config.alpha as i64)
        } else {
            json!(config.alpha)
        };
        // Through the shortest decimal of the f32: 0.05 is to be written as such.
        let dropout: Value = config
            .dropout
            .to_string()
            .parse()
            .map_or(json!(0.0), |rate: f64| json!(rate));
        let Value::Object(written) = json!({
            "alpha_pattern": {}, "auto_mapping": null, "base_model_name_or_path": base_model, "bias": "none",
            "fan_in_fan_out": false, "inference_mode": true, "init_lora_weights": true, "layers_pattern": null,
            "layers_to_transform": null, "lora_alpha": alpha, "lora_dropout": dropout,
            "modules_to_save": null, "peft_type": "LORA", "r": config.rank, "rank_pattern": {}, "revision": null,
            "target_modules": names, "task_type": "CAUSAL_LM", "use_dora": false,
            "use_rslora": config.rank_stabilized,
        }) else {
            unreachable!("the macro above makes an object")
        };
        Self {
            adapter,
            written: written.into_iter().collect(),
        }
    }

    /// Reads an adapter for a model of this form.
    ///
    /// # Errors
    /// If a file is missing or wrong, asks for something that is not supported, or does not fit the model.
    pub fn load(folder: &Path, model: &ModelConfig) -> Result<Self, Error> {
        let path = folder.join(CONFIG);
        let text = std::fs::read(&path).map_err(Error::file(&path))?;
        let written: BTreeMap<String, Value> =
            serde_json::from_slice(&text).map_err(Error::json(&path))?;
        let raw: Raw = serde_json::from_slice(&text).map_err(Error::json(&path))?;
        let value_head = folder.join(VALUE_HEAD);
        let config = check(&written)
            .and_then(|()| raw.normalize(model, value_head.exists()))
            .map_err(|problem| Error::invalid(&path, problem))?;
        let mut adapter = Adapter::new(config, model, 0);
        read_factors(&folder.join(FACTORS), model, &mut adapter)?;
        if let Some(range) = adapter.layout().value_head() {
            let file = Checkpoint::open(&value_head)?;
            let mut values = file.read("weight", &[1, model.width])?;
            values.extend(file.read("bias", &[1, 1])?);
            adapter.values_mut()[range].copy_from_slice(&values);
        }
        Ok(Self { adapter, written })
    }

    /// Writes the files into a folder that is there.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn save(&self, folder: &Path, model: &ModelConfig) -> Result<(), Error> {
        let path = folder.join(CONFIG);
        let text = serde_json::to_string_pretty(&self.written).map_err(Error::json(&path))?;
        std::fs::write(&path, text).map_err(Error::file(&path))?;
        let mut tensors = Vec::new();
        for (layer, module) in adapted(&self.adapter, model) {
            let (outputs, inputs) = module.shape(model);
            let lora = self.adapter.lora(layer, module).expect("it is adapted");
            let [a, b] = names(layer, module, model);
            tensors.push(Tensor {
                name: a,
                shape: vec![lora.rank, inputs],
                values: TensorView::Vector(lora.a),
            });
            tensors.push(Tensor {
                name: b,
                shape: vec![outputs, lora.rank],
                values: TensorView::Vector(lora.b),
            });
        }
        write(&folder.join(FACTORS), tensors, Precision::F32)?;
        let Some((weights, bias)) = self.adapter.value_head() else {
            return Ok(());
        };
        let bias = [bias];
        let tensors = vec![
            Tensor {
                name: "weight".to_owned(),
                shape: vec![1, weights.len()],
                values: TensorView::Vector(weights),
            },
            Tensor {
                name: "bias".to_owned(),
                shape: vec![1, 1],
                values: TensorView::Vector(&bias),
            },
        ];
        write(&folder.join(VALUE_HEAD), tensors, Precision::F32)
    }
}

impl Raw {
    fn normalize(self, model: &ModelConfig, value_head: bool) -> Result<AdapterConfig, String> {
        if self.peft_type != "LORA" {
            return Err(format!(
                "peft_type `{}` is not supported; LORA is",
                self.peft_type
            ));
        }
        if self.r == 0 || self.r > LARGEST_RANK {
            return Err(format!(
                "r is {}; it must be from 1 to {LARGEST_RANK}",
                self.r
            ));
        }
        if !self.lora_alpha.is_finite() || !(0.0..1.0).contains(&self.lora_dropout) {
            let (alpha, dropout) = (self.lora_alpha, self.lora_dropout);
            return Err(format!(
                "lora_alpha {alpha} or lora_dropout {dropout} is out of range"
            ));
        }
        Ok(AdapterConfig {
            targets: self.target_modules.modules(model)?,
            rank: self.r,
            alpha: self.lora_alpha,
            rank_stabilized: self.use_rslora,
            dropout: self.lora_dropout,
            value_head,
        })
    }
}

impl Targets {
    fn modules(&self, model: &ModelConfig) -> Result<Vec<Module>, String> {
        let names = match self {
            Targets::Pattern(pattern) if pattern == "all-linear" => {
                return Ok(Module::of(model.mlp).collect());
            }
            Targets::Pattern(pattern) => {
                return Err(format!(
                    "target_modules `{pattern}` is not supported; a list of names or all-linear is"
                ));
            }
            Targets::Names(names) => names,
        };
        let module = |name: &String| {
            Module::of(model.mlp)
                .find(|module| module.name(model.mlp) == name)
                .ok_or_else(|| {
                    format!("target module `{name}` is not a linear layer of this model's layers")
                })
        };
        let mut modules = names.iter().map(module).collect::<Result<Vec<_>, _>>()?;
        modules.sort();
        modules.dedup();
        Ok(modules)
    }
}

/// Refuses what would change the computation.
fn check(written: &BTreeMap<String, Value>) -> Result<(), String> {
    let harmless = |key: &str, value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::Object(entries) => entries.is_empty(),
        Value::Array(entries) => entries.is_empty(),
        Value::String(text) => key == "bias" && text == "none",
        _ => false,
    };
    let keys = [
        "bias",
        "use_dora",
        "fan_in_fan_out",
        "modules_to_save",
        "layers_to_transform",
        "layers_pattern",
        "rank_pattern",
        "alpha_pattern",
        "layer_replication",
        "lora_bias",
        "trainable_token_indices",
        "target_parameters",
        "exclude_modules",
        "alora_invocation_tokens",
        "arrow_config",
        "use_qalora",
        "use_bdlora",
    ];
    for key in keys {
        if let Some(value) = written.get(key).filter(|value| !harmless(key, value)) {
            return Err(format!("`{key}` is {value}, which is not supported"));
        }
    }
    Ok(())
}

fn read_factors(path: &Path, model: &ModelConfig, adapter: &mut Adapter) -> Result<(), Error> {
    let file = Checkpoint::open(path)?;
    let rank = adapter.config().rank;
    let places: Vec<_> = adapted(adapter, model).collect();
    let mut expected = BTreeSet::new();
    for (layer, module) in places {
        let (outputs, inputs) = module.shape(model);
        let [a, b] = names(layer, module, model);
        let factors = (
            file.read(&a, &[rank, inputs])?,
            file.read(&b, &[outputs, rank])?,
        );
        let places = adapter.factors_mut(layer, module).expect("it is adapted");
        places.0.copy_from_slice(&factors.0);
        places.1.copy_from_slice(&factors.1);
        expected.extend([a, b]);
    }
    match file.names().find(|name| !expected.contains(*name)) {
        Some(name) => Err(Error::Tensor {
            path: path.to_path_buf(),
            tensor: name.to_owned(),
            problem: "belongs to nothing that the configuration says is adapted".to_owned(),
        }),
        None => Ok(()),
    }
}

/// What is adapted, in the order of the layers.
fn adapted(adapter: &Adapter, model: &ModelConfig) -> impl Iterator<Item = (usize, Module)> {
    let modules = Module::of(model.mlp).filter(|module| adapter.config().targets.contains(module));
    let modules: Vec<_> = modules.collect();
    (0..model.layers).flat_map(move |layer| {
        modules
            .clone()
            .into_iter()
            .map(move |module| (layer, module))
    })
}

/// Names of `A` and `B`.
fn names(layer: usize, module: Module, model: &ModelConfig) -> [String; 2] {
    ["lora_A", "lora_B"].map(|factor| {
        format!(
            "base_model.model.model.layers.{layer}.{}.{factor}.weight",
            module.path(model.mlp)
        )
    })
}
