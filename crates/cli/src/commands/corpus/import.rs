//! `scrl corpus import`: public formats into uniform problems, recorded verdicts into graded samples.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, ValueEnum};
use scrl_audit::{Mode as AuditMode, Module};
use scrl_corpus::{Format, Mode, SeedResult, import, read_seed_results, write_problem};
use scrl_grade::reward::{r_sec, rewards};
use scrl_record::{Extraction, ExtractionMethod, Graded, Kind, SampleId, Versions};

use super::NewFile;
use crate::Done;
use crate::grading::VERSION;
use crate::inputs::{LenientArgument, tell_skipped};

/// Import a dataset
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  scrl corpus import apps-plus data.json --out problems.jsonl")]
pub(crate) struct Arguments {
    /// Format of the file
    #[arg(value_enum)]
    format: FormatArgument,
    /// The file (plain, gzip or zstd), or the folder of APPS
    file: PathBuf,
    /// Where to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    lenient: LenientArgument,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatArgument {
    /// The genuine APPS+ file: one JSON array
    AppsPlus,
    /// APPS: its folders, or the JSON Lines export
    Apps,
    #[value(
        name = "securityeval",
        help = "Prompts of SecurityEval; without tests, answers are analysed and not run"
    )]
    SecurityEval,
    /// Prompts of SALLM, without tests
    Sallm,
    #[value(
        name = "seccodeplt",
        help = "Tasks of SecCodePLT, without its unit tests"
    )]
    SecCodePlt,
    /// Uniform JSON Lines, checked
    Jsonl,
    /// Recorded verdicts of the seed benchmark, into graded samples
    SeedResults,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let mode = arguments.lenient.mode();
    match arguments.format {
        FormatArgument::AppsPlus => import_problems(arguments, Format::AppsPlus, mode),
        FormatArgument::Apps => import_problems(arguments, Format::Apps, mode),
        FormatArgument::SecurityEval => import_problems(arguments, Format::SecurityEval, mode),
        FormatArgument::Sallm => import_problems(arguments, Format::Sallm, mode),
        FormatArgument::SecCodePlt => import_problems(arguments, Format::SecCodePlt, mode),
        FormatArgument::Jsonl => import_problems(arguments, Format::Jsonl, mode),
        FormatArgument::SeedResults => import_seed_results(arguments, mode),
    }
}

fn import_problems(arguments: &Arguments, format: Format, mode: Mode) -> anyhow::Result<Done> {
    let mut out = NewFile::create(&arguments.out)?;
    let mut reader = import(format, &arguments.file, mode);
    let (mut stdin, mut call) = (0_usize, 0_usize);
    for problem in reader.by_ref() {
        let problem = problem?;
        match problem.kind {
            Kind::Stdin => stdin += 1,
            Kind::Call => call += 1,
        }
        write_problem(&mut out.writer, &problem)?;
    }
    tell_skipped("problems", reader.summary());
    if stdin + call == 0 {
        bail!("`{}` holds no problem", arguments.file.display());
    }
    out.finish()?;
    crate::say(&format!(
        "{} problems ({stdin} stdin, {call} call) written to {}",
        stdin + call,
        arguments.out.display()
    ));
    Ok(Done::Well)
}

/// Recorded verdicts become graded records; the analyzer looks at the completions again, and what it says is
/// checked against what was recorded.
fn import_seed_results(arguments: &Arguments, mode: Mode) -> anyhow::Result<Done> {
    let mut reader = read_seed_results(std::slice::from_ref(&arguments.file), mode);
    let mut out = NewFile::create(&arguments.out)?;
    let (mut count, mut other_reward, mut other_rsec, mut other_compiles) = (0, 0, 0, 0);
    for result in reader.by_ref() {
        let result = result?;
        let graded = recorded(&result, count);
        let differs = |ours: f64, recorded: f64| usize::from((ours - recorded).abs() > 1e-9);
        other_reward += graded
            .rewards
            .seed
            .map_or(1, |reward| differs(reward, result.reward));
        other_rsec += differs(r_sec(&graded.findings), result.rsec);
        other_compiles += usize::from(graded.parses != result.compiles);
        serde_json::to_writer(&mut out.writer, &graded)?;
        out.writer.write_all(b"\n")?;
        count += 1;
    }
    tell_skipped("results", reader.summary());
    if count == 0 {
        bail!("`{}` holds no result", arguments.file.display());
    }
    out.finish()?;
    crate::say(&format!(
        "{count} recorded results written to {}\nreward as recorded: {} of {count}; R_sec as recorded: {} of \
         {count}; compiles as recorded: {} of {count}",
        arguments.out.display(),
        count - other_reward,
        count - other_rsec,
        count - other_compiles,
    ));
    let agrees = other_reward + other_rsec + other_compiles == 0;
    Ok(if agrees {
        Done::Well
    } else {
        Done::WithFindings
    })
}

fn recorded(result: &SeedResult, index: usize) -> Graded {
    let module = Module::parse(&result.completion);
    let mut graded = Graded {
        dataset: Some(result.dataset.clone()),
        // The seed's training data are answers to its stdin subset only.
        kind: Some(Kind::Stdin),
        code_lines: module.code_lines(),
        parses: module.parses(),
        compiles: Some(result.compiles),
        tests_passed: Some(result.tests_passed),
        tests_total: Some(result.tests_total),
        findings: module.findings(AuditMode::Bandit),
        strict_findings: module.findings(AuditMode::Strict),
        versions: Versions {
            scrl: VERSION.to_owned(),
            python: String::new(),
        },
        ..Graded::new(
            SampleId::from(format!("{}/{}#{index}", result.model, result.prompt_id)),
            result.prompt_id.clone(),
            result.model.clone(),
            Extraction {
                method: ExtractionMethod::Whole,
                blocks: 0,
                block: None,
            },
        )
    };
    graded.rewards = rewards(&graded);
    graded
}
