//! Room that operations compute in.

use crate::attention::SCORES;
use crate::gemm::{BLOCK_LENGTH, PANEL_LENGTH};

/// Room for packed operands and for blocks of attention scores, [`Workspace::BYTES`]. One for each thread; what it
/// holds between two operations never matters.
#[derive(Clone, Debug)]
pub struct Workspace {
    pub(crate) block: Vec<f32>,
    pub(crate) panel: Vec<f32>,
    pub(crate) scores: Vec<f32>,
    pub(crate) gradients: Vec<f32>,
}

impl Workspace {
    /// What it takes.
    pub const BYTES: usize = (BLOCK_LENGTH + PANEL_LENGTH + 2 * SCORES) * size_of::<f32>();

    /// Allocates it.
    pub fn new() -> Self {
        Self {
            block: vec![0.0; BLOCK_LENGTH],
            panel: vec![0.0; PANEL_LENGTH],
            scores: vec![0.0; SCORES],
            gradients: vec![0.0; SCORES],
        }
    }
}

impl Default for Workspace {
    fn default() -> Self {
        Self::new()
    }
}
