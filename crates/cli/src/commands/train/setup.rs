//! What both kinds of training share: flags, recipe, model, what is trained, and the folder of the run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use scrl_kernels::Precision;
use scrl_policy::{
    Adapter, AdapterConfig, Footprint, Load, LoadOptions, Model, ModelConfig, PeftAdapter,
};
use scrl_record::Problem;
use scrl_text::{Date, Message, ModelText, PromptStyle, completion, messages};
use scrl_train::Learner;
use scrl_train::log::Numbers;
use scrl_train::recipe::{AdapterSettings, Recipe};
use serde::Serialize;

use crate::commands::sample::local;
use crate::grading::VERSION;
use crate::only_writer::is_only_writer;
use crate::progress::Progress;
use crate::run_folder::{InputFile, describe};

/// The settings of a run.
#[derive(Clone, Debug, Args)]
pub(crate) struct RecipeArguments {
    /// Settings that come with the program: mission, pretrain, smollm2 or tiny
    #[arg(long, value_name = "NAME", conflicts_with = "config")]
    recipe: Option<String>,
    /// File with settings, as the recipes of the repository
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Overrule one setting, such as `sft.optimizer.learning_rate=1e-4`; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Print all settings as JSON and train nothing
    #[arg(long)]
    pub(super) print_config: bool,
}

impl RecipeArguments {
    /// Flags overrule files, files overrule defaults.
    pub(super) fn read(&self) -> anyhow::Result<Recipe> {
        if let Some(name) = &self.recipe {
            return Ok(Recipe::named(name, &self.set)?);
        }
        let Some(path) = &self.config else {
            return Ok(Recipe::parse(Path::new("the defaults"), "", &self.set)?);
        };
        let text = fs::read_to_string(path).with_context(|| format!("`{}`", path.display()))?;
        Ok(Recipe::parse(path, &text, &self.set)?)
    }
}

/// What is trained, how, and where to.
#[derive(Clone, Debug, Args)]
pub(crate) struct TrainArguments {
    /// Folder with config.json, weights and tokenizer.json, or a GGUF file
    #[arg(long, value_name = "PATH")]
    pub(super) model: PathBuf,
    /// Folder of the run: checkpoints, log, and what made them
    #[arg(long, value_name = "DIR", required_unless_present_any = ["dry_run", "print_config"])]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) recipe: RecipeArguments,
    /// Print model, data, memory, steps and time, take one step, and keep nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// How prompts are put: as a chat in the model's own template, or as a text that the model goes on with
    #[arg(long, value_enum, default_value = "chat")]
    pub(super) style: StyleArgument,
    /// Day that templates are told which ask for it
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    /// How frozen weights are kept; f32 where all weights are trained
    #[arg(long, value_enum)]
    precision: Option<PrecisionArgument>,
    /// Threads; as many as the machine has when not given; changes no bit
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StyleArgument {
    Chat,
    Completion,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PrecisionArgument {
    Bf16,
    F32,
}

impl TrainArguments {
    pub(super) fn threads(&self) -> usize {
        threads(self.threads)
    }

    pub(super) fn load_options(&self, adapter: &AdapterSettings) -> LoadOptions {
        let precision = match self.precision {
            Some(PrecisionArgument::F32) => Precision::F32,
            None if adapter.full => Precision::F32,
            Some(PrecisionArgument::Bf16) | None => Precision::Bf16,
        };
        LoadOptions {
            precision,
            context: None,
        }
    }

    pub(super) fn check_model(&self) -> anyhow::Result<()> {
        if !self.model.exists() {
            bail!(
                "`{}` is not there; --model takes the folder of a model, or a GGUF file",
                self.model.display()
            );
        }
        Ok(())
    }

    fn name(&self) -> String {
        self.model.to_string_lossy().into_owned()
    }
}

/// As many as asked for, or as the machine has.
pub(super) fn threads(wanted: Option<NonZeroUsize>) -> usize {
    let all = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    wanted.map_or_else(all, NonZeroUsize::get)
}

/// The model. A dry run does without weights where the folder has none: they are random then, which changes neither memory nor time.
pub(super) fn load_model(
    arguments: &TrainArguments,
    options: LoadOptions,
) -> anyhow::Result<Model> {
    let folder = &arguments.model;
    if arguments.dry_run && folder.is_dir() && !has_weights(folder)? {
        crate::say(&format!(
            "`{}` has no weights; the dry run takes random ones",
            folder.display()
        ));
        let config = ModelConfig::read(&folder.join("config.json"))?;
        return Ok(Model::random(config, options, 0)?);
    }
    Ok(Model::load(folder, options)?)
}

fn has_weights(folder: &Path) -> anyhow::Result<bool> {
    for entry in folder
        .read_dir()
        .with_context(|| format!("`{}`", folder.display()))?
    {
        let name = entry?.file_name();
        if name.to_string_lossy().contains(".safetensors") {
            return Ok(true);
        }
    }
    Ok(false)
}

/// An adapter that training starts from.
pub(super) fn read_adapter(folder: &Path, model: &Model) -> anyhow::Result<PeftAdapter> {
    if !folder.join("adapter_config.json").exists() {
        bail!(
            "`{}` holds no adapter; give a checkpoint of all weights as --model",
            folder.display()
        );
    }
    Ok(PeftAdapter::load(folder, model.config())?)
}

/// What learns: `start`, or a fresh adapter, or all weights. With `critic` an adapter gets a value head if it has none.
pub(super) fn learner(
    model: Model,
    settings: &AdapterSettings,
    start: Option<&Adapter>,
    critic: bool,
    arguments: &TrainArguments,
) -> anyhow::Result<Learner> {
    let threads = arguments.threads();
    if settings.full && start.is_none() {
        return Ok(Learner::weights(model, threads));
    }
    let config = match start {
        None => settings.config(model.config(), critic)?,
        Some(start) => AdapterConfig {
            value_head: critic,
            ..start.config().clone()
        },
    };
    let mut adapter = Adapter::new(config, model.config(), settings.seed);
    if let Some(start) = start {
        // The value head is last; one that is not there begins at 0, one that is not wanted is left out.
        let common = adapter.values().len().min(start.values().len());
        adapter.values_mut()[..common].copy_from_slice(&start.values()[..common]);
    }
    let peft = PeftAdapter::new(adapter, model.config(), &arguments.name());
    Ok(Learner::adapter(model, peft, threads))
}

/// Everything that decides what a run's results are.
#[derive(Debug, Serialize)]
pub(super) struct Description<'a> {
    pub(super) scrl: &'static str,
    pub(super) task: &'static str,
    pub(super) recipe: &'a Recipe,
    pub(super) style: &'static str,
    pub(super) date: Option<String>,
    pub(super) precision: &'static str,
    pub(super) model: BTreeMap<String, String>,
    pub(super) start: Option<BTreeMap<String, String>>,
    pub(super) data: Vec<InputFile>,
}

impl<'a> Description<'a> {
    pub(super) fn new(
        task: &'static str,
        arguments: &TrainArguments,
        recipe: &'a Recipe,
        start: Option<&Path>,
        data: &[PathBuf],
    ) -> anyhow::Result<Self> {
        let model = &arguments.model;
        let model = if model.is_file() {
            BTreeMap::from([("model".to_owned(), local::mark(model)?)])
        } else {
            local::folder_files(model, "")?
        };
        let precision = arguments.load_options(&recipe.adapter).precision;
        Ok(Self {
            scrl: VERSION,
            task,
            recipe,
            style: arguments.style.style().as_str(),
            date: arguments.date.map(|date| date.to_string()),
            precision: match precision {
                Precision::Bf16 => "bf16",
                Precision::F32 => "f32",
            },
            model,
            start: start
                .map(|start| local::folder_files(start, ""))
                .transpose()?,
            data: InputFile::all(data)?,
        })
    }
}

/// Makes the folder of a run, or checks that the run in it is the one described. The file that is returned keeps others out while it is open.
pub(super) fn claim(folder: &Path, description: &impl Serialize) -> anyhow::Result<File> {
    let failed = || format!("the folder `{}` cannot be made", folder.display());
    fs::create_dir_all(folder).with_context(failed)?;
    let lock = File::create(folder.join("lock")).with_context(failed)?;
    if !is_only_writer(&lock) {
        bail!(
            "another run is writing to `{}`; wait for it, or use another --out",
            folder.display()
        );
    }
    let path = folder.join("run.json");
    describe(&path, folder, description, !path.exists())?;
    Ok(lock)
}

impl StyleArgument {
    pub(super) fn style(self) -> PromptStyle {
        match self {
            Self::Chat => PromptStyle::Chat,
            Self::Completion => PromptStyle::Completion,
        }
    }
}

/// Turns prompts into tokens, as `scrl sample` does.
pub(super) struct Prompts<'a> {
    pub(super) text: &'a ModelText,
    style: PromptStyle,
    date: Date,
}

impl<'a> Prompts<'a> {
    pub(super) fn new(text: &'a ModelText, arguments: &TrainArguments) -> anyhow::Result<Self> {
        let style = arguments.style.style();
        let asks = text
            .template()
            .is_some_and(scrl_text::ChatTemplate::asks_for_date);
        if style == PromptStyle::Chat && asks && arguments.date.is_none() {
            bail!(
                "this model's template tells the day, so a run of two days would have two prompts; give --date"
            );
        }
        let date = arguments.date.unwrap_or_else(|| Date::from_days(0));
        Ok(Self { text, style, date })
    }

    pub(super) fn of_problem(&self, problem: &Problem) -> anyhow::Result<Vec<u32>> {
        match self.style {
            PromptStyle::Completion => self.of_text(&completion(problem)),
            PromptStyle::Chat => self.of_chat(&messages(problem, None)),
        }
    }

    /// The tokens of a prompt that is written down already: what a chat's user says, or a text to be continued.
    pub(super) fn of_text(&self, prompt: &str) -> anyhow::Result<Vec<u32>> {
        match self.style {
            PromptStyle::Completion => Ok(self.text.tokenizer().encode(prompt)?),
            PromptStyle::Chat => self.of_chat(&[Message::user(prompt)]),
        }
    }

    fn of_chat(&self, messages: &[Message]) -> anyhow::Result<Vec<u32>> {
        let written = self.text.chat(messages, self.date)?;
        Ok(self.text.tokenizer().encode_plain(&written)?)
    }
}

/// Progress, and what evaluations say.
pub(super) fn observer(progress: &mut Progress) -> impl FnMut(u64, &Numbers) + '_ {
    move |step, numbers| {
        progress.step();
        let is_told = |name: &str| {
            name.starts_with("validation") || matches!(name, "loss" | "reward" | "kl" | "entropy")
        };
        if numbers
            .iter()
            .any(|(name, _)| name.starts_with("validation"))
        {
            let told: Vec<String> = numbers
                .iter()
                .filter(|(name, _)| is_told(name))
                .map(|(name, number)| format!("{name} {number:.4}"))
                .collect();
            crate::say(&format!("step {step}: {}", told.join(", ")));
        }
    }
}

/// What a model is and takes, in lines for people.
pub(super) fn model_plan(
    learner: &Learner,
    options: LoadOptions,
    recompute: bool,
    load: Load,
) -> String {
    let config = learner.model().config();
    let footprint = Footprint::new(config, options);
    let mib = |bytes: u64| bytes >> 20;
    let mut lines = format!(
        "model       {} layers, {} wide, vocabulary {}, context {}; weights {} MiB\ntrained     {} numbers\n",
        config.layers,
        config.width,
        config.vocabulary,
        config.context,
        mib(footprint.weights()),
        learner.trained_numbers(),
    );
    if let Some(adapter) = learner.trained_adapter() {
        let step = footprint.training(adapter.config(), recompute, load);
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            lines,
            "memory      about {} MiB for a step of {} sequences of {} tokens on {} threads",
            mib(step),
            load.sequences,
            load.tokens,
            load.threads
        );
    }
    lines
}

/// What a first step of supervised training tells of a run of so many steps in an epoch and in all, in lines for people.
pub(super) fn first_step(numbers: &Numbers, (epoch, total): (u64, u64)) -> String {
    let number = |wanted: &str| {
        numbers
            .iter()
            .find(|(name, _)| *name == wanted)
            .map_or(0.0, |(_, number)| *number)
    };
    let seconds = number("seconds");
    format!(
        "steps       {total}, {epoch} in each epoch\nfirst step  loss {:.4}, gradient {:.4}, {} tokens in {seconds:.2} s\ntime        about {:.0} minutes without evaluations\n",
        number("loss"),
        number("grad_norm"),
        number("tokens"),
        seconds * total as f64 / 60.0,
    )
}

/// A folder for a dry run, which is gone afterwards.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    pub(super) fn new() -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("scrl-dry-run-{}", std::process::id()));
        fs::create_dir_all(&path).with_context(|| format!("`{}`", path.display()))?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nobody is left to tell.
        let _ = fs::remove_dir_all(&self.0);
    }
}
