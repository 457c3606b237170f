//! Several sequences one after another, without padding.

use std::ops::Range;

use crate::error::Error;
use crate::model::Model;

/// A sequence to score or to learn from.
#[derive(Clone, Copy, Debug)]
pub struct Sequence<'a> {
    /// At least two: each but the first is predicted.
    pub tokens: &'a [u32],
    /// What its dropout is drawn for, in place of its position in the batch.
    pub stream: u32,
}

impl Sequence<'_> {
    /// How many of its tokens are predicted.
    pub fn predictions(&self) -> usize {
        self.tokens.len() - 1
    }

    fn check(&self, model: &Model) -> Result<(), Error> {
        let problem = |problem: String| {
            Err(Error::Sequence {
                tokens: self.tokens.len(),
                problem,
            })
        };
        if self.tokens.len() < 2 {
            return problem("there is nothing to predict".to_owned());
        }
        if self.predictions() > model.context() {
            return problem(format!("the model was loaded for {}", model.context()));
        }
        model.check_tokens(self.tokens)
    }
}

/// Rows of a packed batch that belong to one sequence.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub(crate) rows: Range<usize>,
    pub(crate) stream: u32,
}

/// Some sequences, packed: row by row a token and the one that follows it.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    pub(crate) tokens: Vec<u32>,
    pub(crate) targets: Vec<u32>,
    pub(crate) segments: Vec<Segment>,
    /// Index of the first sequence.
    pub(crate) first: usize,
}

/// Rows that one thread computes at a time, about: enough to make up for reading all weights, and few enough to share
/// a batch among threads. Not a matter of the machine: gradients are summed over packs.
pub(crate) const ROWS: usize = 192;

/// Packs sequences in their order.
///
/// # Errors
/// If the model cannot take one of them.
pub(crate) fn pack(model: &Model, sequences: &[Sequence]) -> Result<Vec<Packed>, Error> {
    let mut packs: Vec<Packed> = Vec::new();
    for (index, sequence) in sequences.iter().enumerate() {
        sequence.check(model)?;
        if packs
            .last()
            .is_none_or(|pack| pack.tokens.len() + sequence.predictions() > ROWS)
        {
            packs.push(Packed {
                tokens: vec![],
                targets: vec![],
                segments: vec![],
                first: index,
            });
        }
        let pack = packs
            .last_mut()
            .expect("one was just pushed if there was none");
        let start = pack.tokens.len();
        pack.tokens
            .extend(&sequence.tokens[..sequence.predictions()]);
        pack.targets.extend(&sequence.tokens[1..]);
        pack.segments.push(Segment {
            rows: start..pack.tokens.len(),
            stream: sequence.stream,
        });
    }
    Ok(packs)
}
