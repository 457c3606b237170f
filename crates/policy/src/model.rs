//! The frozen weights of a model, and how they are read from a folder.

use std::path::{Path, PathBuf};

use scrl_kernels::rope::{Layout, Rope};
use scrl_kernels::{Precision, Weight};

use crate::config::{ModelConfig, NormKind};
use crate::error::Error;
use crate::gguf::Gguf;
use crate::memory::{self, Footprint};
use crate::module::Module;
use crate::pool::Pool;
use crate::safetensors::Checkpoint;
use crate::tensors::Tensors;

/// A model: nothing in it changes.
#[derive(Clone, Debug)]
pub struct Model {
    config: ModelConfig,
    /// What it was loaded from, if that is a folder.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) embedding: Weight,
    pub(crate) layers: Vec<Layer>,
    pub(crate) norm: Norm,
    /// `None`: the embedding.
    head: Option<Weight>,
    pub(crate) rope: Rope,
    /// Where those who work with it compute.
    pub(crate) pool: Pool,
}

/// How a model is read.
#[derive(Clone, Copy, Debug)]
pub struct LoadOptions {
    /// How weights are kept.
    pub precision: Precision,
    /// The longest sequence to come, in tokens; at most the model's own context, which `None` stands for.
    pub context: Option<usize>,
}

/// The frozen weights of one layer.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    pub(crate) attention_norm: Norm,
    pub(crate) mlp_norm: Norm,
    /// By [`Module::index`]; a plain MLP has no gate.
    linears: [Option<Linear>; Module::COUNT],
}

impl Layer {
    /// Where the linear layer of a module is, if there is one.
    pub(crate) fn linear_place(&mut self, module: Module) -> &mut Option<Linear> {
        &mut self.linears[module.index()]
    }

    pub(crate) fn linear(&self, module: Module) -> &Linear {
        self.linears[module.index()]
            .as_ref()
            .expect("a gate is asked for in gated MLPs only")
    }
}

/// A frozen linear layer.
#[derive(Clone, Debug)]
pub(crate) struct Linear {
    pub(crate) weight: Weight,
    pub(crate) bias: Option<Vec<f32>>,
}

/// A frozen normalisation.
#[derive(Clone, Debug)]
pub(crate) struct Norm {
    pub(crate) gain: Vec<f32>,
    /// `None`: by the root mean square.
    pub(crate) bias: Option<Vec<f32>>,
    pub(crate) epsilon: f32,
}

impl Model {
    /// Reads a folder with `config.json` and weights beside it, or a GGUF file.
    ///
    /// # Errors
    /// If a file is missing or wrong; the error names file and tensor.
    pub fn load(path: &Path, options: LoadOptions) -> Result<Self, Error> {
        if path.is_file() {
            let file = Gguf::open(path)?;
            let config = file.config().clone();
            return Self::read(path, config, &file, options);
        }
        let config_path = path.join("config.json");
        let config = ModelConfig::read(&config_path)?;
        let files = Checkpoint::open_folder(path)?;
        let mut model = Self::read(&config_path, config, &files, options)?;
        model.folder = Some(path.to_path_buf());
        Ok(model)
    }

    pub(crate) fn read(
        path: &Path,
        config: ModelConfig,
        tensors: &dyn Tensors,
        options: LoadOptions,
    ) -> Result<Self, Error> {
        let context = options.context.unwrap_or(config.context);
        if context == 0 || context > config.context {
            let problem = format!(
                "the model's context is {} tokens, and {context} are asked for",
                config.context
            );
            return Err(Error::invalid(path, problem));
        }
        memory::check(path, Footprint::new(&config, options).weights())?;
        Reader {
            tensors,
            precision: options.precision,
        }
        .model(config, context)
    }

    /// Its form.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// The longest sequence that it was loaded for, in tokens.
    pub fn context(&self) -> usize {
        self.rope.positions()
    }

    /// An error for a sequence with a token that the model has no embedding of.
    pub(crate) fn check_tokens(&self, tokens: &[u32]) -> Result<(), Error> {
        let vocabulary = self.config.vocabulary;
        match tokens.iter().find(|token| **token as usize >= vocabulary) {
            Some(token) => Err(Error::Sequence {
                tokens: tokens.len(),
                problem: format!("token {token} is outside the vocabulary of {vocabulary}"),
            }),
            None => Ok(()),
        }
    }

    /// The output layer, if it is not the embedding.
    pub(crate) fn head_mut(&mut self) -> Option<&mut Weight> {
        self.head.as_mut()
    }

    pub(crate) fn head(&self) -> &Weight {
        self.head.as_ref().unwrap_or(&self.embedding)
    }
}

/// Reads weights in one precision.
struct Reader<'a> {
    tensors: &'a dyn Tensors,
    precision: Precision,
}

impl Reader<'_> {
    fn model(&self, config: ModelConfig, context: usize) -> Result<Model, Error> {
        let embedding =
            self.weight("model.embed_tokens.weight", config.vocabulary, config.width)?;
        let head = (!config.tied)
            .then(|| self.weight("lm_head.weight", config.vocabulary, config.width))
            .transpose()?;
        let layers = (0..config.layers)
            .map(|index| self.layer(&config, index))
            .collect::<Result<_, _>>()?;
        let norm = self.norm(&config, "model.norm")?;
        let rope = Rope::new(
            Layout::HalfSplit,
            config.attention.size,
            config.theta,
            config.scaling,
            context,
        );
        Ok(Model {
            folder: None,
            config,
            embedding,
            layers,
            norm,
            head,
            rope,
            pool: Pool::default(),
        })
    }

    fn layer(&self, config: &ModelConfig, index: usize) -> Result<Layer, Error> {
        let prefix = format!("model.layers.{index}");
        let mut linears = [const { None }; Module::COUNT];
        for module in Module::of(config.mlp) {
            let name = format!("{prefix}.{}", module.path(config.mlp));
            let (outputs, inputs) = module.shape(config);
            let bias = module.has_bias(config);
            let bias = bias
                .then(|| self.tensors.vector(&format!("{name}.bias"), outputs))
                .transpose()?;
            let weight = self.weight(&format!("{name}.weight"), outputs, inputs)?;
            linears[module.index()] = Some(Linear { weight, bias });
        }
        Ok(Layer {
            attention_norm: self.norm(config, &format!("{prefix}.input_layernorm"))?,
            mlp_norm: self.norm(config, &format!("{prefix}.post_attention_layernorm"))?,
            linears,
        })
    }

    fn weight(&self, name: &str, outputs: usize, inputs: usize) -> Result<Weight, Error> {
        self.tensors.expect(name, &[outputs, inputs])?;
        let mut weight = Weight::zeros(self.precision, outputs, inputs);
        self.tensors
            .for_rows(name, &mut |output, row| weight.set_row(output, row))?;
        Ok(weight)
    }

    fn norm(&self, config: &ModelConfig, name: &str) -> Result<Norm, Error> {
        let read = |part: &str| self.tensors.vector(&format!("{name}.{part}"), config.width);
        let bias = match config.norm {
            NormKind::Rms => None,
            NormKind::Layer => Some(read("bias")?),
        };
        Ok(Norm {
            gain: read("weight")?,
            bias,
            epsilon: config.epsilon,
        })
    }
}
