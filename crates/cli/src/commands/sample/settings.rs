//! What is asked, and how answers are drawn.

use std::path::Path;

use anyhow::bail;
use clap::{Args, ValueEnum};
use scrl_policy::Sampling;
use scrl_text::{Date, PromptStyle};
use serde::Serialize;

/// What is asked.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Asking")]
pub(crate) struct AskingArguments {
    /// Answers to each problem
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(super) samples: u32,
    /// How a problem is put: as a chat in the model's own template, or as a text that the model goes on with, for base
    /// models
    #[arg(long, value_enum, default_value = "chat")]
    style: StyleArgument,
    /// What a chat starts with, as its system message
    #[arg(long, value_name = "TEXT")]
    pub(super) system: Option<String>,
    /// Name of the model in the answers; the last part of --model when not given
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Day that templates are told which ask for it; today when not given
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StyleArgument {
    Chat,
    Completion,
}

impl AskingArguments {
    pub(super) fn style(&self) -> PromptStyle {
        match self.style {
            StyleArgument::Chat => PromptStyle::Chat,
            StyleArgument::Completion => PromptStyle::Completion,
        }
    }

    pub(super) fn name(&self, model: &Path) -> String {
        let last = || {
            model
                .file_stem()
                .filter(|_| model.is_file())
                .or(model.file_name())
        };
        let given = self.name.clone();
        given.unwrap_or_else(|| {
            last()
                .unwrap_or(model.as_os_str())
                .to_string_lossy()
                .into_owned()
        })
    }

    /// The day for templates; UTC.
    pub(super) fn date(&self) -> Date {
        self.date.unwrap_or_else(|| {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            Date::from_days(now.map_or(0, |now| (now.as_secs() / 86_400) as u32))
        })
    }
}

/// How answers are drawn. In `f64`, so that what is written down reads back as the same number.
#[derive(Clone, Debug, PartialEq, Args, Serialize)]
#[command(next_help_heading = "Sampling")]
pub(crate) struct SamplingArguments {
    /// Most tokens of an answer
    #[arg(long, default_value_t = 512, value_name = "N")]
    pub(super) max_tokens: usize,
    /// What the model's scores are divided by; 0 takes the likeliest token
    #[arg(long, default_value_t = 1.0, value_name = "X")]
    pub(super) temperature: f64,
    /// Only the K likeliest tokens
    #[arg(long, value_name = "K")]
    pub(super) top_k: Option<usize>,
    /// Only the likeliest tokens that together have this probability
    #[arg(long, value_name = "P")]
    pub(super) top_p: Option<f64>,
    /// Only tokens at least this many times as likely as the likeliest
    #[arg(long, value_name = "P")]
    pub(super) min_p: Option<f64>,
    /// What scores of tokens that occurred are lowered by; 1 for none
    #[arg(long, value_name = "X")]
    pub(super) repetition_penalty: Option<f64>,
    /// Each answer draws from this, its problem and its number
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(super) seed: u64,
    /// Text that ends an answer, which stops before it; may be given several times
    #[arg(long, value_name = "TEXT")]
    pub(super) stop: Vec<String>,
}

impl SamplingArguments {
    pub(super) fn sampling(&self) -> Sampling {
        Sampling {
            temperature: self.temperature as f32,
            top_k: self.top_k,
            top_p: self.top_p.unwrap_or(1.0) as f32,
            min_p: self.min_p.unwrap_or(0.0) as f32,
            repetition_penalty: self.repetition_penalty.unwrap_or(1.0) as f32,
        }
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        if let Err(problem) = self.sampling().check() {
            bail!("--{}", problem.replacen('_', "-", 1));
        }
        if self.max_tokens == 0 {
            bail!("--max-tokens must be at least 1");
        }
        if self.stop.iter().any(String::is_empty) {
            bail!("--stop must not be empty");
        }
        Ok(())
    }
}
