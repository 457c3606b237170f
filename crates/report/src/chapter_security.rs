//! What the analyzer found and the sandbox denied; the two modes in tables of their own.

use crate::chapters::{LONGEST_NAME, by_model, label};
use crate::document::{Bar, BarGroup, Block, Cell, Plot, Section, Table};
use crate::facts::Mode;
use crate::findings::FindingBreakdown;
use crate::metrics::{Dimension, Metrics, System};
use crate::numbers::{count, name};
use crate::wording::title;

/// Rules listed per model in a document; `metrics.json` has all.
const RULES_LISTED: usize = 40;
/// Rules drawn per model.
const RULES_DRAWN: usize = 8;

pub(crate) fn security(metrics: &Metrics) -> Section {
    let rates = ["secure_rate", "secure_given_pass_rate", "vulnerable_rate"];
    let mut blocks = vec![Block::Table(by_model(
        metrics,
        "Secure: parses, no strict finding, no denied call, no attack that succeeded. Vulnerable: one of these three.",
        &rates,
    ))];
    blocks.extend(weaknesses(metrics));
    blocks.extend(attacks(metrics));
    for mode in Mode::ALL {
        blocks.extend(of_mode(metrics, mode));
    }
    blocks.push(Block::Heading("What the sandbox denied".to_owned()));
    blocks.push(events(metrics));
    Section {
        id: "security",
        heading: "Security",
        blocks,
    }
}

/// How answers fare on problems that invite a weakness.
fn weaknesses(metrics: &Metrics) -> Vec<Block> {
    let measures = [
        "pass@1",
        "secure@1",
        "secure_pass@1",
        "secure_given_pass_rate",
    ];
    let caption = "Functional, secure and both at 1, by the weakness that the problem invites; a problem may name several.";
    let columns = ["weakness", "model", "problems", "samples"]
        .into_iter()
        .map(str::to_owned)
        .chain(measures.map(title));
    let mut table = Table::new(caption, columns);
    for system in &metrics.systems {
        let slices = system.slices.iter();
        for slice in slices.filter(|slice| slice.dimension == Dimension::Weakness) {
            let weakness = slice.value.as_deref().unwrap_or_default();
            let mut row: Vec<Cell> = vec![
                name(weakness, LONGEST_NAME).into(),
                label(system).into(),
                count(slice.problems as f64).into(),
                count(slice.samples as f64).into(),
            ];
            row.extend(measures.map(|measure| Cell::optional(slice.get(measure))));
            table.rows.push(row);
        }
    }
    if table.rows.is_empty() {
        return vec![];
    }
    let heading = Block::Heading("By the weakness that a problem invites".to_owned());
    vec![heading, Block::Table(table)]
}

/// Who caught the answers that were attacked, if any were.
fn attacks(metrics: &Metrics) -> Vec<Block> {
    let is_attacked = |system: &System| {
        let caught = system.all().get("caught_by.any");
        caught.is_some_and(|measure| measure.denominator > 0.0)
    };
    if !metrics.systems.iter().any(is_attacked) {
        return vec![];
    }
    let by = [
        "caught_by.bandit",
        "caught_by.strict",
        "caught_by.events",
        "caught_by.exploits",
        "caught_by.any",
        "caught_by.all",
    ];
    let alone = [
        "caught_only_by.strict",
        "caught_only_by.events",
        "caught_only_by.exploits",
    ];
    let words = "Of the answers that pass their tests on problems with exploit tests: the share that strict findings, calls denied in \
                 the functional tests, or a successful attack show to be insecure. Bandit's findings are for comparison.";
    vec![
        Block::Heading("Who caught it".to_owned()),
        Block::Text(words.to_owned()),
        Block::Table(by_model(metrics, "Caught by.", &by)),
        Block::Table(by_model(
            metrics,
            "Caught by one of the three alone.",
            &alone,
        )),
    ]
}

fn of_mode(metrics: &Metrics, mode: Mode) -> Vec<Block> {
    let (heading, words) = match mode {
        Mode::Bandit => (
            "Mode bandit",
            "As Bandit reports it, quirks kept, for comparison with other work and for the rewards seed and staged.",
        ),
        Mode::Strict => (
            "Mode strict",
            "Our own reading, which looks at how values flow and honours no comment that silences it. It decides secure \
             and the rewards gated and binary.",
        ),
    };
    let word = mode.as_str();
    let densities = [
        "findings_per_sample",
        "findings_per_compiling_sample",
        "findings_per_thousand_lines",
        "flagged_rate",
    ]
    .map(|density| format!("{density}.{word}"));
    let severities =
        ["low", "medium", "high"].map(|severity| format!("findings_per_sample.{word}.{severity}"));
    let mut blocks = vec![
        Block::Heading(heading.to_owned()),
        Block::Text(words.to_owned()),
        Block::Table(by_model(
            metrics,
            &format!("Findings, mode {word}."),
            &densities,
        )),
        Block::Table(by_model(
            metrics,
            &format!("Findings per sample by severity, mode {word}."),
            &severities,
        )),
    ];
    blocks.extend(rules(metrics, mode));
    blocks
}

fn of(system: &System, mode: Mode) -> Option<&FindingBreakdown> {
    system.findings.iter().find(|one| one.mode == mode.as_str())
}

fn rules(metrics: &Metrics, mode: Mode) -> Vec<Block> {
    let word = mode.as_str();
    let columns = [
        "rule",
        "name",
        "model",
        "weakness",
        "severity",
        "findings per sample",
        "samples",
    ];
    let mut by_rule = Table::new(
        format!("By rule, mode {word}; at most {RULES_LISTED} a model."),
        columns,
    );
    let columns = ["weakness", "model", "findings per sample", "samples"];
    let mut by_cwe = Table::new(
        format!("By weakness, mode {word}; at most {RULES_LISTED} a model."),
        columns,
    );
    let mut drawn = Vec::new();
    for system in &metrics.systems {
        let Some(found) = of(system, mode).filter(|found| found.findings > 0) else {
            continue;
        };
        by_rule
            .rows
            .extend(found.by_rule.iter().take(RULES_LISTED).map(|rule| {
                vec![
                    name(&rule.id, LONGEST_NAME).into(),
                    name(&rule.name, LONGEST_NAME).into(),
                    label(system).into(),
                    rule.cwe.to_string().into(),
                    rule.severity.as_str().to_ascii_lowercase().into(),
                    Cell::measure(&rule.per_sample),
                    Cell::measure(&rule.samples),
                ]
            }));
        by_cwe
            .rows
            .extend(found.by_cwe.iter().take(RULES_LISTED).map(|one| {
                vec![
                    one.cwe.to_string().into(),
                    label(system).into(),
                    Cell::measure(&one.per_sample),
                    Cell::measure(&one.samples),
                ]
            }));
        let bars = found.by_rule.iter().take(RULES_DRAWN);
        let bars = bars.map(|rule| {
            Bar::of(
                format!(
                    "{} {}",
                    name(&rule.id, 12),
                    rule.severity.as_str().to_ascii_lowercase()
                ),
                &rule.samples,
            )
        });
        drawn.push(BarGroup {
            label: label(system),
            bars: bars.collect(),
        });
    }
    if by_rule.rows.is_empty() {
        return vec![Block::Text(format!("No findings in mode {word}."))];
    }
    let title = format!("Share of samples with a finding, mode {word}");
    vec![
        Block::Table(by_rule),
        Block::Plot(Plot::Bars {
            title,
            groups: drawn,
        }),
        Block::Table(by_cwe),
    ]
}

fn events(metrics: &Metrics) -> Block {
    let mut table = Table::new(
        "Denied calls, by what was tried.",
        ["tried", "model", "events", "samples"],
    );
    for system in &metrics.systems {
        for event in system.events.iter().take(RULES_LISTED) {
            table.rows.push(vec![
                name(&event.kind, LONGEST_NAME).into(),
                label(system).into(),
                count(event.events as f64).into(),
                count(event.samples as f64).into(),
            ]);
        }
    }
    if table.rows.is_empty() {
        return Block::Text("No program tried what the sandbox denies, or none ran.".to_owned());
    }
    Block::Table(table)
}
