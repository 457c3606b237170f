//! `scrl corpus filter`: a subset of problems, and the seed's id lists.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{Args, ValueEnum};
use scrl_corpus::{Filter, IdList, Subset, read_id_list, write_problem};
use scrl_record::{Kind, Problem};

use super::NewFile;
use crate::Done;
use crate::inputs::{self, LenientArgument};
use crate::run_folder::make_folder;

/// Write the problems that match, and lists of ids
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  scrl corpus filter --problems all.jsonl --kind stdin --out stdin.jsonl\n  \
                        scrl corpus filter --problems all.jsonl --lists lists"
)]
pub(crate) struct Arguments {
    /// Problem files
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    problems: Vec<PathBuf>,
    /// Only problems of this kind
    #[arg(long, value_enum)]
    kind: Option<KindArgument>,
    /// Only problems of these difficulties, in the dataset's words
    #[arg(long, num_args = 1.., value_name = "WORD")]
    difficulty: Vec<String>,
    /// Only problems from these sources
    #[arg(long, num_args = 1.., value_name = "NAME")]
    source: Vec<String>,
    /// Only problems in this list: `{description, count, ids}`, a JSON array, or an id a line
    #[arg(long, value_name = "FILE")]
    ids: Option<PathBuf>,
    /// Where to write the problems
    #[arg(long, value_name = "FILE", required_unless_present = "lists")]
    out: Option<PathBuf>,
    /// Folder for `full_dataset_ids.json`, `stdin_subset_ids.json` and `function_call_subset_ids.json` of what matches
    #[arg(long, value_name = "DIR")]
    lists: Option<PathBuf>,
    /// The dataset's name in the lists' descriptions
    #[arg(long, default_value = "APPS+", value_name = "NAME")]
    dataset: String,
    #[command(flatten)]
    lenient: LenientArgument,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum KindArgument {
    Stdin,
    Call,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let problems = inputs::problems(&arguments.problems, arguments.lenient.mode())?;
    let filter = filter(arguments, &problems)?;
    let kept: Vec<&Problem> = problems
        .iter()
        .filter(|problem| filter.keeps(problem))
        .collect();
    if kept.is_empty() {
        bail!("none of the {} problems matches", problems.len());
    }
    if let Some(path) = &arguments.out {
        let mut out = NewFile::create(path)?;
        for problem in &kept {
            write_problem(&mut out.writer, problem)?;
        }
        out.finish()?;
        let (kept, all) = (kept.len(), problems.len());
        crate::say(&format!(
            "{kept} of {all} problems written to {}",
            path.display()
        ));
    }
    if let Some(folder) = &arguments.lists {
        write_lists(folder, &arguments.dataset, &kept)?;
    }
    Ok(Done::Well)
}

fn filter(arguments: &Arguments, problems: &[Problem]) -> anyhow::Result<Filter> {
    let mut filter = Filter {
        kind: arguments.kind.map(|kind| match kind {
            KindArgument::Stdin => Kind::Stdin,
            KindArgument::Call => Kind::Call,
        }),
        difficulties: arguments.difficulty.clone(),
        sources: arguments.source.clone(),
        ids: None,
    };
    if let Some(path) = &arguments.ids {
        let list = read_id_list(path)?;
        let present: HashSet<String> = problems
            .iter()
            .map(|problem| problem.id.to_string())
            .collect();
        let absent = list.absent_from(&present);
        if let Some(first) = absent.first() {
            crate::say(&format!(
                "{} of {} ids in `{}` are in no problem file, the first `{first}`",
                absent.len(),
                list.ids.len(),
                path.display()
            ));
        }
        filter = filter.with_ids(&list);
    }
    Ok(filter)
}

fn write_lists(folder: &Path, dataset: &str, problems: &[&Problem]) -> anyhow::Result<()> {
    make_folder(folder)?;
    for subset in Subset::ALL {
        let list = IdList::of_subset(subset, dataset, problems.iter().copied());
        let path = folder.join(subset.file_name());
        let mut out = NewFile::create(&path)?;
        list.write(&mut out.writer)?;
        out.finish()?;
        crate::say(&format!("{} ids written to {}", list.count, path.display()));
    }
    Ok(())
}
