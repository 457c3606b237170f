//! What an audit is to do: flags override a `.bandit` file, which overrides the configuration file and the defaults.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::ValueEnum as _;
use scrl_audit::{Mode, Settings};
use scrl_record::{Confidence, Severity};

use super::{Arguments, Format, ModeArgument, Threshold, config, ini};

/// Bandit's default for `--exclude`.
const EXCLUDED: &str = ".svn,CVS,.bzr,.hg,.git,__pycache__,.tox,.eggs,*.egg";
/// What folders are looked through for.
const INCLUDED: [&str; 3] = ["*.py", "*.pyw", "*.ipynb"];
/// Bandit's default for `--number`.
const CONTEXT_LINES: usize = 3;

/// The resolved options.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) paths: Vec<PathBuf>,
    pub(super) mode: Mode,
    pub(super) settings: Settings,
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    /// Patterns of file names that folders are looked through for.
    pub(super) include: Vec<String>,
    /// Patterns, or parts of paths, that are left out.
    pub(super) exclude: Vec<String>,
    pub(super) baseline: Option<PathBuf>,
    pub(super) exit_zero: bool,
    pub(super) context_lines: usize,
    pub(super) format: Format,
    pub(super) output: Option<PathBuf>,
}

impl Options {
    pub(super) fn resolve(arguments: &Arguments) -> anyhow::Result<Options> {
        let ini = ini::read(arguments.ini.as_deref(), &arguments.paths)?;
        let paths = match ini.get("targets") {
            Some(targets) if arguments.paths.is_empty() => {
                targets.split(',').map(|path| path.trim().into()).collect()
            }
            _ => arguments.paths.clone(),
        };
        if paths.is_empty() {
            bail!("nothing to audit: name files, folders, or `-` for standard input");
        }
        let flag_or_ini = |flag: Option<&PathBuf>, key: &str| {
            flag.cloned().or_else(|| ini.get(key).map(PathBuf::from))
        };
        let configuration = match flag_or_ini(arguments.configfile.as_ref(), "configfile") {
            Some(path) => config::read(&path)?,
            None => config::Configuration::default(),
        };
        let mut exclude = configuration.exclude_dirs;
        let patterns = arguments.exclude.as_deref().or(ini.get("exclude"));
        exclude.extend(excluded(patterns.unwrap_or(EXCLUDED)));
        let include = configuration.include;
        Ok(Options {
            paths,
            mode: match arguments.mode {
                ModeArgument::Bandit => Mode::Bandit,
                ModeArgument::Strict => Mode::Strict,
            },
            settings: settings(arguments, &ini, configuration.settings)?,
            severity: severity(arguments, &ini)?.severity(),
            confidence: confidence(arguments, &ini)?.confidence(),
            include: include.unwrap_or_else(|| INCLUDED.map(str::to_owned).to_vec()),
            exclude,
            baseline: flag_or_ini(arguments.baseline.as_ref(), "baseline"),
            exit_zero: arguments.exit_zero,
            context_lines: context_lines(arguments, &ini)?,
            format: format(arguments, &ini)?,
            output: flag_or_ini(arguments.output.as_ref(), "output"),
        })
    }
}

/// The parts of a list of patterns; a folder stands for everything in it.
fn excluded(patterns: &str) -> impl Iterator<Item = String> {
    let parts = patterns.split(',').map(str::trim);
    parts.filter(|part| !part.is_empty()).map(|part| {
        if Path::new(part).is_dir() {
            format!("{}/*", part.trim_end_matches('/'))
        } else {
            part.to_owned()
        }
    })
}

fn settings(
    arguments: &Arguments,
    ini: &ini::Ini,
    mut settings: Settings,
) -> anyhow::Result<Settings> {
    let tests = arguments.tests.as_deref().or(ini.get("tests"));
    let skips = arguments.skip.as_deref().or(ini.get("skips"));
    let listed = |list: Option<&str>| -> Vec<String> {
        let names = list.unwrap_or_default().split(',').map(str::trim);
        let names = names.filter(|name| !name.is_empty());
        names.map(str::to_owned).collect()
    };
    settings.tests.extend(listed(tests));
    settings.skips.extend(listed(skips));
    settings.tests = ids(&settings.tests)?;
    settings.skips = ids(&settings.skips)?;
    settings.ignore_nosec |= arguments.ignore_nosec || ini.is_true("ignore-nosec")?;
    if let Some(both) = settings.tests.iter().find(|id| settings.skips.contains(id)) {
        bail!("test `{both}` is both to run and to be skipped");
    }
    Ok(settings)
}

/// Ids of tests that are given by id or name; `B001` stands for the lists of calls and imports.
fn ids(names: &[String]) -> anyhow::Result<Vec<String>> {
    let is_listed = |id: &str| super::bandit_names::is_in_lists(id);
    let mut ids = Vec::new();
    for name in names {
        let rules = scrl_audit::rules().iter();
        let mut found = rules.filter(|rule| rule.id == name || rule.name == name);
        match found.next() {
            Some(rule) => ids.push(rule.id.to_owned()),
            None if name == "B001" && names.iter().any(|name| is_listed(name)) => {}
            None if name == "B001" => {
                let rules = scrl_audit::rules().iter();
                ids.extend(
                    rules
                        .map(|rule| rule.id.to_owned())
                        .filter(|id| is_listed(id)),
                );
            }
            None => bail!("no test `{name}`: `scrl audit --list` names them"),
        }
    }
    Ok(ids)
}

fn severity(arguments: &Arguments, ini: &ini::Ini) -> anyhow::Result<Threshold> {
    match arguments.severity_level {
        Some(level) => Ok(level),
        None => threshold("level", arguments.level, ini.get("level")),
    }
}

fn confidence(arguments: &Arguments, ini: &ini::Ini) -> anyhow::Result<Threshold> {
    match arguments.confidence_level {
        Some(level) => Ok(level),
        None => threshold("confidence", arguments.confidence, ini.get("confidence")),
    }
}

/// A threshold from how often a flag was given, or from what a `.bandit` file says.
fn threshold(name: &str, count: u8, ini: Option<&str>) -> anyhow::Result<Threshold> {
    match (count, ini) {
        (0, None) | (1, _) => Ok(Threshold::Low),
        (2, _) => Ok(Threshold::Medium),
        (3, _) => Ok(Threshold::High),
        (0, Some(word)) => {
            ranked(word).with_context(|| format!("`{name} = {word}`: low, medium or high"))
        }
        (count, _) => bail!("--{name} given {count} times: three times is high, the highest"),
    }
}

/// A rank as a word, or as the number of its place in Bandit's list.
fn ranked(word: &str) -> Option<Threshold> {
    match word {
        "1" => Some(Threshold::All),
        "2" => Some(Threshold::Low),
        "3" => Some(Threshold::Medium),
        "4" => Some(Threshold::High),
        word => Threshold::from_str(word, true).ok(),
    }
}

fn context_lines(arguments: &Arguments, ini: &ini::Ini) -> anyhow::Result<usize> {
    match (arguments.number, ini.get("number")) {
        (Some(lines), _) => Ok(lines),
        (None, Some(text)) => text
            .parse()
            .with_context(|| format!("`number = {text}`: a number of lines")),
        (None, None) => Ok(CONTEXT_LINES),
    }
}

fn format(arguments: &Arguments, ini: &ini::Ini) -> anyhow::Result<Format> {
    match (arguments.format, ini.get("format")) {
        (Some(format), _) => Ok(format),
        (None, Some(word)) => Format::from_str(word, true)
            .ok()
            .with_context(|| format!("`format = {word}`: text, json, sarif, csv or html")),
        (None, None) => Ok(Format::Text),
    }
}
