//! The rewards side by side and how they are spread; the samples made for demonstration.

use crate::chapters::{LONGEST_NAME, by_model, label};
use crate::document::{Block, Cell, Plot, Section, Table};
use crate::metrics::Metrics;
use crate::numbers::{count, name};
use crate::wording::title;

pub(crate) fn rewards(metrics: &Metrics) -> Section {
    let names = ["seed", "staged", "gated", "binary"].map(|reward| format!("mean_reward.{reward}"));
    let mut blocks = vec![
        Block::Text(
            "seed and staged score the findings of mode bandit; gated and binary those of mode strict. Under seed an empty \
             program scores 0.4, which is why gated is the default for training."
                .to_owned(),
        ),
        Block::Table(by_model(metrics, "Mean of each reward.", &names)),
        Block::Table(spread(metrics)),
    ];
    blocks.extend(plots(metrics));
    Section {
        id: "rewards",
        heading: "Rewards",
        blocks,
    }
}

fn spread(metrics: &Metrics) -> Table {
    let mut columns = vec!["reward".to_owned(), "model".to_owned()];
    columns.extend((0..10).map(|bin| format!("from 0.{bin}")));
    columns.extend(["exactly 1", "outside", "absent"].map(str::to_owned));
    let caption =
        "Samples per tenth of [0, 1]; the last bin includes 1, and \"exactly 1\" is part of it.";
    let mut table = Table::new(caption, columns);
    for system in &metrics.systems {
        for one in &system.rewards {
            let mut row: Vec<Cell> = vec![one.reward.clone().into(), label(system).into()];
            row.extend(one.bins.iter().map(|samples| count(*samples as f64).into()));
            row.extend(
                [one.exactly_one, one.outside, one.absent]
                    .map(|samples| count(samples as f64).into()),
            );
            table.rows.push(row);
        }
    }
    table
}

fn plots(metrics: &Metrics) -> Vec<Block> {
    let mut blocks = Vec::new();
    for system in &metrics.systems {
        for one in system
            .rewards
            .iter()
            .filter(|one| one.bins.iter().any(|samples| *samples > 0))
        {
            blocks.push(Block::Plot(Plot::Histogram {
                title: format!("Reward {}", one.reward),
                label: label(system),
                bins: one.bins,
                absent: one.absent,
            }));
        }
    }
    blocks
}

/// Only where samples were made for demonstration.
pub(crate) fn demonstration(metrics: &Metrics) -> Option<Section> {
    let mut columns = vec!["made as".to_owned(), "samples".to_owned()];
    columns.extend(["compile_rate", "all_tests_rate", "secure_rate"].map(title));
    columns.extend([
        "mean reward (gated)".to_owned(),
        "mean reward (seed)".to_owned(),
    ]);
    let mut table = Table::new(
        "By the quality the samples were made to show, all models together.",
        columns,
    );
    for quality in &metrics.demonstration {
        let mut row: Vec<Cell> = vec![
            name(&quality.made_as, LONGEST_NAME).into(),
            count(quality.samples as f64).into(),
        ];
        row.extend(quality.measures.iter().map(Cell::measure));
        table.rows.push(row);
    }
    let remark = "These samples were written for demonstration: each shows a typical quality on purpose. The table shows \
                  that the measures and rewards tell the qualities apart; it says nothing about any model.";
    (!table.rows.is_empty()).then(|| Section {
        id: "demonstration",
        heading: "Samples made for demonstration",
        blocks: vec![Block::Text(remark.to_owned()), Block::Table(table)],
    })
}
