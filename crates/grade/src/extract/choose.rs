//! Which of several fenced blocks is the answer.

use std::collections::HashSet;

use scrl_audit::{Module, Outline};
use scrl_record::{Extraction, ExtractionMethod};

use super::attempt::Attempts;
use super::fence::{Block, is_python, is_unspecific};
use super::{Extracted, Task, continuation, prose};

/// Blocks that are parsed; later ones are ignored.
const MOST_CANDIDATES: usize = 64;

/// A block that parses, with what it brings along and what it needs.
struct Candidate {
    index: usize,
    code: String,
    outline: Outline,
    /// Names it binds at module level.
    binds: HashSet<String>,
    /// Every word that occurs in it.
    words: HashSet<String>,
}

/// The program among the blocks, or `None` when no block holds one.
///
/// Blocks in other languages are skipped; untagged ones count only where no block is tagged as Python. Of those
/// that parse:
///
/// - a call problem takes the first that defines the entry point: models give the solution first, then examples;
/// - a program for standard input takes the longest, preferring one that runs by itself and reads its input.
///
/// Earlier blocks that only define what the chosen one uses are put before it. A block that holds the body alone is
/// joined with the prompt's code. If no block parses, the longest is taken as it stands.
pub(super) fn choose(
    blocks: &[Block],
    task: &Task<'_>,
    attempts: &mut Attempts,
) -> Option<Extracted> {
    let eligible = eligible(blocks);
    let candidates: Vec<Candidate> = eligible
        .iter()
        .take(MOST_CANDIDATES)
        .filter_map(|&index| candidate(index, &blocks[index], attempts))
        .collect();
    let whole_programs = || longest_program(&candidates);
    let found = match task.entry_point {
        Some(entry_point) => candidates
            .iter()
            .position(|candidate| candidate.outline.defines(entry_point))
            .map(|at| (candidates[at].index, with_dependencies(&candidates, at)))
            .or_else(|| body_alone(blocks, &eligible, task, attempts))
            .or_else(whole_programs),
        None => whole_programs().or_else(|| body_alone(blocks, &eligible, task, attempts)),
    };
    let (index, code) = found.or_else(|| {
        let index = eligible
            .iter()
            .copied()
            .filter(|&index| prose::shows_code(&blocks[index].code))
            .max_by_key(|&index| (blocks[index].code.len(), std::cmp::Reverse(index)))?;
        Some((index, blocks[index].code.clone()))
    })?;
    Some(fenced(blocks, index, code))
}

fn fenced(blocks: &[Block], index: usize, code: String) -> Extracted {
    let method = if blocks[index].closed {
        ExtractionMethod::Fence
    } else {
        ExtractionMethod::OpenFence
    };
    Extracted {
        code,
        extraction: Extraction {
            method,
            blocks: u32::try_from(blocks.len()).unwrap_or(u32::MAX),
            block: u32::try_from(index).ok(),
        },
    }
}

/// The blocks that may be Python: those that say so, or else those that say nothing.
fn eligible(blocks: &[Block]) -> Vec<usize> {
    let those = |holds: fn(&str) -> bool| -> Vec<usize> {
        let with_code = |block: &Block| holds(&block.tag) && !block.code.trim().is_empty();
        (0..blocks.len())
            .filter(|&index| with_code(&blocks[index]))
            .collect()
    };
    let python = those(is_python);
    if python.is_empty() {
        those(is_unspecific)
    } else {
        python
    }
}

fn candidate(index: usize, block: &Block, attempts: &mut Attempts) -> Option<Candidate> {
    let mut code = block.code.as_str();
    let mut module = attempts.parse(code)?;
    if !module.parses() && !block.closed {
        code = without_trailing_prose(code, attempts)?;
        module = attempts.parse(code)?;
    }
    let comments = prose::only_comments(code);
    (module.parses() && (comments || prose::shows_code(code))).then(|| {
        let outline = module.outline();
        Candidate {
            index,
            code: code.to_owned(),
            binds: bound_names(&outline, code),
            words: words(code),
            outline,
        }
    })
}

/// An unclosed block up to the sentence that follows its code; `None` if something else breaks it.
fn without_trailing_prose<'a>(code: &'a str, attempts: &mut Attempts) -> Option<&'a str> {
    let start = attempts.longest_start("", code)?;
    let next = code[start.len()..]
        .lines()
        .find(|line| !line.trim().is_empty())?;
    prose::is_prose(next).then_some(start)
}

/// The longest program, with what it depends on, preferring one that runs by itself and reads input.
fn longest_program(candidates: &[Candidate]) -> Option<(usize, String)> {
    let rank = |at: usize| {
        let code = with_dependencies(candidates, at);
        let runs = candidates[at].outline.module_level_work || code.contains("__name__");
        let reads = ["input", "stdin", "open(0"]
            .iter()
            .any(|word| code.contains(word));
        let rank = (runs && reads, runs, candidates[at].code.len());
        (rank, std::cmp::Reverse(at), code)
    };
    (0..candidates.len())
        .map(rank)
        .max()
        .map(|(_, at, code)| (candidates[at.0].index, code))
}

/// The block at `at` after the earlier ones that define what it uses and do nothing else.
fn with_dependencies(candidates: &[Candidate], at: usize) -> String {
    let mut parts = vec![candidates[at].code.as_str()];
    let mut bound: HashSet<&String> = candidates[at].binds.iter().collect();
    let mut used: HashSet<&String> = candidates[at].words.iter().collect();
    for earlier in candidates[..at].iter().rev() {
        let helps = earlier
            .binds
            .iter()
            .any(|name| !bound.contains(name) && used.contains(name));
        if helps && !earlier.outline.module_level_work {
            parts.push(&earlier.code);
            bound.extend(&earlier.binds);
            used.extend(&earlier.words);
        }
    }
    parts.reverse();
    parts.join("\n")
}

fn words(code: &str) -> HashSet<String> {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Functions and classes, and the names that unindented lines import or assign.
fn bound_names(outline: &Outline, code: &str) -> HashSet<String> {
    let functions = outline
        .functions
        .iter()
        .map(|function| function.name.clone());
    let classes = outline.classes.iter().map(|class| class.name.clone());
    let mut names: HashSet<String> = functions.chain(classes).collect();
    for line in code.lines() {
        let imported = line.strip_prefix("import ").or_else(|| {
            line.strip_prefix("from ")?
                .split_once(" import ")
                .map(|parts| parts.1)
        });
        if let Some(list) = imported {
            names.extend(list.split(',').filter_map(imported_name));
        } else if let Some((target, _)) = line.split_once(" = ") {
            names.extend(
                Some(target)
                    .filter(|target| is_name(target))
                    .map(str::to_owned),
            );
        }
    }
    names
}

/// `c` of `a.b as c`, `a` of `a.b`.
fn imported_name(item: &str) -> Option<String> {
    let item = item.trim().trim_matches(['(', ')']);
    let name = match item.split_once(" as ") {
        Some((_, alias)) => alias.trim(),
        None => item.split('.').next().unwrap_or_default(),
    };
    is_name(name).then(|| name.to_owned())
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// The first block that goes on where the prompt's code stops, joined with it.
fn body_alone(
    blocks: &[Block],
    eligible: &[usize],
    task: &Task<'_>,
    attempts: &mut Attempts,
) -> Option<(usize, String)> {
    eligible.iter().take(MOST_CANDIDATES).find_map(|&index| {
        let code = continuation::join(&blocks[index].code, &task.bases, attempts)?;
        let defines = task
            .entry_point
            .is_none_or(|entry_point| Module::parse(&code).outline().defines(entry_point));
        defines.then_some((index, code))
    })
}
