//! What training did: curves, what became of the answers, and some of them before and after.

use crate::chapters::LONGEST_NAME;
use crate::document::{Block, Cell, Line, Plot, Section, Table};
use crate::numbers::{count, name};
use crate::training::{Change, Curve, Example, State, Training};
use crate::wording::title;

/// Points of a curve that stand in the table; the file has all.
const LISTED: usize = 8;

pub(crate) fn training(training: &Training) -> Section {
    let mut blocks = Vec::new();
    if let Some(change) = &training.change {
        blocks.push(Block::Table(counts(change)));
    }
    if !training.curves.is_empty() {
        blocks.extend(plots(&training.curves));
        blocks.push(Block::Table(table(&training.curves)));
    }
    blocks.extend(training.change.iter().flat_map(examples));
    Section {
        id: "training",
        heading: "What training did",
        blocks,
    }
}

/// A row for each state before, a column for each after.
fn counts(change: &Change) -> Table {
    let [before, after] = [&change.before, &change.after].map(|run| name(run, LONGEST_NAME));
    let columns = State::ALL.map(|state| format!("after: {}", state.words()));
    let caption = format!(
        "What became of the answers: rows are those of {before}, columns those of {after} to the same problems."
    );
    let mut table = Table::new(caption, std::iter::once("before".to_owned()).chain(columns));
    for (state, counts) in State::ALL.iter().zip(change.counts) {
        let mut row = vec![Cell::from(state.words())];
        row.extend(counts.map(|answers| Cell::from(count(answers as f64))));
        table.rows.push(row);
    }
    table
}

/// Curves of one run that belong together share a plot: a number, and the same on held-out problems.
fn plots(curves: &[Curve]) -> Vec<Block> {
    let plain = |curve: &Curve| curve.measure.strip_prefix("validation_").map(str::to_owned);
    let mut plots: Vec<(String, String, Vec<Line>)> = Vec::new();
    for curve in curves.iter().filter(|curve| curve.points.len() > 1) {
        let measure = plain(curve).unwrap_or_else(|| curve.measure.clone());
        let line = Line {
            name: words(&curve.measure),
            points: curve
                .points
                .iter()
                .map(|(step, value)| (*step as f64, *value))
                .collect(),
        };
        let same = plots
            .iter_mut()
            .find(|plot| (&plot.0, &plot.1) == (&curve.run, &measure));
        match same {
            Some((_, _, lines)) => lines.push(line),
            None => plots.push((curve.run.clone(), measure, vec![line])),
        }
    }
    let plot = |(run, measure, lines): (String, String, Vec<Line>)| Plot::Lines {
        title: format!("{}: {}", name(&run, 24), words(&measure)),
        lines,
    };
    plots.into_iter().map(plot).map(Block::Plot).collect()
}

fn words(measure: &str) -> String {
    match measure.strip_prefix("validation_") {
        Some(rest) => format!("{}, held out", title(rest)),
        None => title(measure),
    }
}

fn table(curves: &[Curve]) -> Table {
    let columns = ["run", "number", "by step"].map(str::to_owned);
    let mut table = Table::new(
        "The same in numbers, each with its step; the log of a run has all of them.",
        columns,
    );
    for curve in curves {
        let said = spread(&curve.points).map(|(step, value)| format!("{step}: {value:.3}"));
        table.rows.push(vec![
            name(&curve.run, LONGEST_NAME).into(),
            words(&curve.measure).into(),
            said.collect::<Vec<_>>().join("; ").into(),
        ]);
    }
    table
}

/// The first, the last, and some between.
fn spread(points: &[(u64, f64)]) -> impl Iterator<Item = (u64, f64)> {
    let last = points.len().saturating_sub(1);
    let shown = points.len().min(LISTED);
    (0..shown).map(move |at| points[at * last / (shown - 1).max(1)])
}

fn examples(change: &Change) -> Vec<Block> {
    let [before, after] = [&change.before, &change.after].map(|run| name(run, LONGEST_NAME));
    let mut blocks = Vec::new();
    if !change.examples.is_empty() {
        blocks.push(Block::Text(
            "Answers to the same problem, before and after: of each way to become right, and of each to stop being so, the first \
             and the one in the middle."
                .to_owned(),
        ));
    }
    for example in &change.examples {
        let Example {
            problem_id,
            statement,
            before: was,
            after: is,
        } = example;
        blocks.extend([
            Block::Heading(name(problem_id, LONGEST_NAME)),
            Block::Code(statement.clone()),
        ]);
        for (run, shown) in [(&before, was), (&after, is)] {
            let says = format!(
                "{run}: {} ({})",
                shown.state.words(),
                name(&shown.verdict, 200)
            );
            blocks.extend([Block::Text(says), Block::Code(shown.code.clone())]);
        }
    }
    blocks
}
