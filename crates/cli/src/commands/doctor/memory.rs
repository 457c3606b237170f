//! What `scrl doctor --model` says: how much memory a model will take here.

use std::path::{Path, PathBuf};

use clap::Args;
use scrl_kernels::Precision;
use scrl_policy::{
    AdapterConfig, Footprint, Load, LoadOptions, MlpKind, ModelConfig, available_memory,
};
use serde::Serialize;

/// The model, and what it is to do at a time.
#[derive(Debug, Args)]
pub(super) struct Question {
    /// Say how much memory a model takes: a folder, a GGUF file or a `config.json`
    #[arg(long, value_name = "PATH")]
    model: Option<PathBuf>,
    /// Sequences that are sampled at a time, or of a training step
    #[arg(long, default_value_t = 4, value_name = "N", requires = "model", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    sequences: u32,
    /// Tokens of each sequence
    #[arg(long, default_value_t = 256, value_name = "N", requires = "model", value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    tokens: u32,
}

/// What a model takes, in bytes.
#[derive(Debug, Serialize)]
pub(super) struct Memory {
    path: PathBuf,
    form: String,
    sequences: u32,
    tokens: u32,
    weights: u64,
    sampling: u64,
    lora_step: u64,
    lora_step_recomputed: u64,
    /// Absent where the system does not say.
    available: Option<u64>,
}

impl Question {
    /// `None` if no model was named.
    pub(super) fn answer(&self, threads: usize) -> anyhow::Result<Option<Memory>> {
        let path = self.model.as_deref();
        path.map(|path| self.of(path, threads)).transpose()
    }

    fn of(&self, path: &Path, threads: usize) -> anyhow::Result<Memory> {
        let config = ModelConfig::of(path)?;
        let tokens = self.tokens as usize;
        anyhow::ensure!(
            tokens <= config.context,
            "--tokens {tokens}: the context of `{}` is {} tokens",
            path.display(),
            config.context
        );
        let options = LoadOptions {
            precision: Precision::Bf16,
            context: Some(tokens),
        };
        let load = Load {
            threads,
            sequences: self.sequences as usize,
            tokens,
        };
        let footprint = Footprint::new(&config, options);
        let adapter = AdapterConfig::default();
        let mlp = match config.mlp {
            MlpKind::Gated => "gated",
            MlpKind::Plain => "plain",
        };
        Ok(Memory {
            path: path.to_owned(),
            form: format!(
                "{} layers of {}, {mlp} MLP of {}, {} tokens",
                config.layers, config.width, config.mlp_width, config.vocabulary
            ),
            sequences: self.sequences,
            tokens: self.tokens,
            weights: footprint.weights(),
            sampling: footprint.sampling(load),
            lora_step: footprint.training(&adapter, false, load),
            lora_step_recomputed: footprint.training(&adapter, true, load),
            available: available_memory(),
        })
    }
}

impl Memory {
    /// Whether there is room for the weights, at least.
    pub(super) fn fits(&self) -> bool {
        self.available
            .is_none_or(|available| self.weights <= available)
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let mib = |bytes: u64| format!("{} MiB", bytes >> 20);
        let work = format!("{} sequences of {} tokens", self.sequences, self.tokens);
        let step = format!(
            "{work}, rank 16 on attention; {} if layers are computed again",
            mib(self.lora_step_recomputed)
        );
        let available = match self.available {
            None => "not known".to_owned(),
            Some(bytes) if self.fits() => mib(bytes),
            Some(bytes) => format!("{}: too little for the weights", mib(bytes)),
        };
        vec![
            format!("model             {}: {}", self.path.display(), self.form),
            format!("  weights         {} in bfloat16", mib(self.weights)),
            format!("  sampling        {} for {work}", mib(self.sampling)),
            format!("  LoRA step       {} for {step}", mib(self.lora_step)),
            format!("  available       {available}"),
        ]
    }
}
