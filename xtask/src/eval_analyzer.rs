//! How well analyzers tell insecure code from secure code: `cargo xtask eval-analyzer`.
//!
//! Reads the sets of `DATA/security` and the canonical solutions of `DATA/problems`, runs our two modes in process and
//! Bandit, ruff and semgrep where they are installed, and prints one table. Every set is cut in two by a hash of what
//! its records were made from: rules are developed on the first half and judged on the second.

mod families;
mod ordinary;
mod sets;
mod tools;

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use self::ordinary::Ordinary;
use self::sets::{Half, Kind, Sets, Text};
use self::tools::{Found, Tool};

/// How well analyzers tell insecure code from secure code.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  cargo xtask eval-analyzer --data ../shared/data --list missed")]
pub(crate) struct Arguments {
    /// Folder that holds `security` and `problems`.
    #[arg(long, default_value = "../shared/data")]
    data: PathBuf,

    /// Also list records of the half that rules are developed on, as strict mode sees them.
    #[arg(long, value_enum)]
    list: Option<List>,

    /// Rules for semgrep, a file or folder; without it semgrep is left out, as its registry needs the network.
    #[arg(long)]
    semgrep_rules: Option<PathBuf>,
}

/// What `--list` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum List {
    /// Insecure files without a finding of the labelled family, and pairs that are not told apart.
    Missed,
    /// Findings at Medium and above on ordinary code, of both halves.
    Ordinary,
}

/// Runs the command; true when strict mode reaches its targets on both halves together.
pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let sets = Sets::read(&arguments.data)?;
    let mut tools = vec![Tool::strict(&sets.texts), Tool::bandit_mode(&sets.texts)];
    tools.extend(tools::installed(
        &sets.texts,
        arguments.semgrep_rules.as_deref(),
    )?);
    crate::show(&table(&sets, &tools))?;
    crate::show(&ordinary::table(&sets, &tools))?;
    if let Some(list) = arguments.list {
        crate::show(&listing(&sets, &tools[0], list))?;
    }
    Ok(reaches_targets(&sets, &tools[0], &tools[1]))
}

/// Measures of one tool on one half, or on both.
struct Measures {
    recall: Share,
    sven: [Difference; 2],
    seccodeplt: Difference,
    ordinary: Ordinary,
}

#[derive(Clone, Copy, Default)]
struct Share {
    part: usize,
    of: usize,
}

impl Share {
    fn percent(self) -> f64 {
        100.0 * self.part as f64 / self.of.max(1) as f64
    }
}

#[derive(Clone, Copy, Default)]
struct Difference {
    insecure: Share,
    fixed: Share,
}

impl Difference {
    fn points(self) -> f64 {
        self.insecure.percent() - self.fixed.percent()
    }
}

fn measures(sets: &Sets, tool: &Tool, half: Option<Half>) -> Measures {
    let mut measures = Measures {
        recall: Share::default(),
        sven: <[Difference; 2]>::default(),
        seccodeplt: Difference::default(),
        ordinary: Ordinary::default(),
    };
    for (text, found) in sets.texts.iter().zip(&tool.found) {
        if half.is_some_and(|half| half != text.half) {
            continue;
        }
        let flagged = !found.is_empty();
        match text.kind {
            Kind::Labelled(cwe) => add(&mut measures.recall, in_family(found, cwe)),
            Kind::SvenInsecure { method } => {
                add(&mut measures.sven[usize::from(method)].insecure, flagged);
            }
            Kind::SvenFixed { method } => {
                add(&mut measures.sven[usize::from(method)].fixed, flagged);
            }
            Kind::SecCodePltInsecure(_) => add(&mut measures.seccodeplt.insecure, flagged),
            Kind::SecCodePltFixed => add(&mut measures.seccodeplt.fixed, flagged),
            Kind::Ordinary { .. } => measures.ordinary.add(text, found),
        }
    }
    measures
}

fn add(share: &mut Share, counts: bool) {
    share.of += 1;
    share.part += usize::from(counts);
}

fn in_family(found: &[Found], label: u32) -> bool {
    found
        .iter()
        .any(|finding| families::related(finding.cwe, label))
}

fn table(sets: &Sets, tools: &[Tool]) -> String {
    let mut table = String::from(
        "| analyzer | half | SecurityEval, CWE of the family | SVEN functions, insecure - fixed | SVEN methods | SecCodePLT insecure - fixed | \
         Medium and above per 1,000 ordinary lines (without what 2to3 wrote) |\n|---|---|---|---|---|---|---|\n",
    );
    for tool in tools {
        for (name, half) in [
            ("development", Some(Half::Development)),
            ("kept aside", Some(Half::KeptAside)),
            ("both", None),
        ] {
            let m = measures(sets, tool, half);
            let difference = |d: Difference| {
                format!(
                    "{:.1} - {:.1} = {:.1}",
                    d.insecure.percent(),
                    d.fixed.percent(),
                    d.points()
                )
            };
            let _ = writeln!(
                table,
                "| {} | {name} | {}/{} = {:.1} % | {} | {} | {} | {:.3} ({:.3}) |",
                tool.name,
                m.recall.part,
                m.recall.of,
                m.recall.percent(),
                difference(m.sven[0]),
                difference(m.sven[1]),
                difference(m.seccodeplt),
                m.ordinary.per_thousand(m.ordinary.grave),
                m.ordinary.per_thousand(m.ordinary.authored()),
            );
        }
    }
    table
}

fn reaches_targets(sets: &Sets, strict: &Tool, bandit: &Tool) -> bool {
    let (ours, theirs) = (measures(sets, strict, None), measures(sets, bandit, None));
    ours.recall.percent() >= 75.0
        && ours.sven[0].points() >= theirs.sven[0].points() + 10.0
        && ours.seccodeplt.points() >= theirs.seccodeplt.points() + 10.0
        && ours.ordinary.per_thousand(ours.ordinary.authored()) <= 0.1
}

fn listing(sets: &Sets, strict: &Tool, list: List) -> String {
    let mut lines = String::new();
    let said = |found: &[Found]| -> String {
        let words = found
            .iter()
            .map(|finding| format!("\n    {}:{} {}", finding.line, finding.id, finding.message));
        words.collect()
    };
    let shown = |text: &Text, found: &[Found]| -> Option<&'static str> {
        match (list, text.kind) {
            (List::Ordinary, Kind::Ordinary { .. }) => found
                .iter()
                .any(|finding| finding.grave)
                .then_some("ordinary"),
            (List::Missed, _) if text.half == Half::KeptAside => None,
            (List::Missed, Kind::Labelled(cwe)) => (!in_family(found, cwe)).then_some("missed"),
            (List::Missed, Kind::SvenInsecure { .. } | Kind::SecCodePltInsecure(_)) => {
                found.is_empty().then_some("missed")
            }
            (List::Missed, Kind::SvenFixed { .. } | Kind::SecCodePltFixed) => {
                (!found.is_empty()).then_some("false alarm")
            }
            _ => None,
        }
    };
    for (text, found) in sets.texts.iter().zip(&strict.found) {
        if let Some(why) = shown(text, found) {
            let _ = writeln!(lines, "{why}: {}{}", text.id, said(found));
        }
    }
    lines
}
