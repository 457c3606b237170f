//! A frozen weight, packed once for the products that it takes part in.
//!
//! `W (outputs, inputs)` lies in panels of 16 outputs, each with its inputs one after another: the order in which a
//! product reads it. Kept in bfloat16 a model takes half the memory and half the bandwidth; it is widened when a panel
//! is read, and all arithmetic is `f32`.

use std::ops::Range;

use crate::bf16::{bf16_to_f32, f32_to_bf16};
use crate::gemm::{TILE_COLUMNS, transpose};
use crate::simd::prefetch;

/// How the elements of a [`Weight`] are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Two bytes an element, rounded to nearest.
    Bf16,
    /// Four bytes an element.
    F32,
}

impl Precision {
    /// Bytes an element.
    pub fn bytes(self) -> usize {
        match self {
            Precision::Bf16 => 2,
            Precision::F32 => 4,
        }
    }
}

/// A matrix `(outputs, inputs)` that products read and nothing trains.
#[derive(Clone, Debug)]
pub struct Weight {
    outputs: usize,
    inputs: usize,
    panels: Panels,
}

#[derive(Clone, Debug)]
enum Panels {
    Bf16(Vec<u16>),
    F32(Vec<f32>),
}

impl Weight {
    /// All zeros, to be filled by rows.
    pub fn zeros(precision: Precision, outputs: usize, inputs: usize) -> Self {
        let len = outputs.next_multiple_of(TILE_COLUMNS) * inputs;
        let panels = match precision {
            Precision::Bf16 => Panels::Bf16(vec![0; len]),
            Precision::F32 => Panels::F32(vec![0.0; len]),
        };
        Self {
            outputs,
            inputs,
            panels,
        }
    }

    /// Packs a row-major matrix.
    ///
    /// # Panics
    /// If `rows` is not `outputs * inputs` long.
    pub fn from_rows(precision: Precision, outputs: usize, inputs: usize, rows: &[f32]) -> Self {
        assert_eq!(
            rows.len(),
            outputs * inputs,
            "length of a {outputs} x {inputs} weight"
        );
        let mut weight = Self::zeros(precision, outputs, inputs);
        for (output, row) in rows.chunks_exact(inputs.max(1)).enumerate() {
            weight.set_row(output, row);
        }
        weight
    }

    /// Rows of `W`.
    #[inline(always)]
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Columns of `W`.
    #[inline(always)]
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// How elements are kept.
    pub fn precision(&self) -> Precision {
        match self.panels {
            Panels::Bf16(_) => Precision::Bf16,
            Panels::F32(_) => Precision::F32,
        }
    }

    /// Replaces the weights of one output, `row (inputs,)`.
    pub fn set_row(&mut self, output: usize, row: &[f32]) {
        assert!(
            output < self.outputs && row.len() == self.inputs,
            "row {output} of {}",
            row.len()
        );
        let first = self.first(output);
        match &mut self.panels {
            Panels::Bf16(panels) => {
                let places = panels[first..].iter_mut().step_by(TILE_COLUMNS);
                places
                    .zip(row)
                    .for_each(|(place, value)| *place = f32_to_bf16(*value));
            }
            Panels::F32(panels) => {
                let places = panels[first..].iter_mut().step_by(TILE_COLUMNS);
                places.zip(row).for_each(|(place, value)| *place = *value);
            }
        }
    }

    /// Copies the weights of one output to `row (inputs,)`.
    pub fn row(&self, output: usize, row: &mut [f32]) {
        assert!(
            output < self.outputs && row.len() == self.inputs,
            "row {output} of {}",
            row.len()
        );
        let first = self.first(output);
        match &self.panels {
            Panels::Bf16(panels) => {
                let places = panels[first..].iter().step_by(TILE_COLUMNS);
                row.iter_mut()
                    .zip(places)
                    .for_each(|(value, place)| *value = bf16_to_f32(*place));
            }
            Panels::F32(panels) => {
                let places = panels[first..].iter().step_by(TILE_COLUMNS);
                row.iter_mut()
                    .zip(places)
                    .for_each(|(value, place)| *value = *place);
            }
        }
    }

    /// Where input 0 of an output lies; the next inputs follow in steps of 16.
    fn first(&self, output: usize) -> usize {
        output / TILE_COLUMNS * TILE_COLUMNS * self.inputs + output % TILE_COLUMNS
    }

    /// The outputs `16 * panel ..` at the inputs `input .. input + depth`, as `[input][output]`: from where they lie, or
    /// widened into `room`.
    #[inline(always)]
    pub(crate) fn panel<'a>(
        &'a self,
        panel: usize,
        input: usize,
        depth: usize,
        room: &'a mut [f32],
    ) -> &'a [f32] {
        let first = (panel * self.inputs + input) * TILE_COLUMNS;
        let range = first..first + depth * TILE_COLUMNS;
        match &self.panels {
            Panels::F32(panels) => &panels[range],
            Panels::Bf16(panels) => {
                let room = &mut room[..depth * TILE_COLUMNS];
                for (wide, narrow) in room.iter_mut().zip(&panels[range]) {
                    *wide = bf16_to_f32(*narrow);
                }
                room
            }
        }
    }

    /// Asks the memory for the inputs `inputs` of a panel; what lies beyond its end is the next one.
    #[inline(always)]
    pub(crate) fn prefetch(&self, panel: usize, inputs: Range<usize>) {
        let place = |input: usize| (panel * self.inputs + input) * TILE_COLUMNS;
        let range = place(inputs.start)..place(inputs.end);
        match &self.panels {
            Panels::F32(panels) => prefetch(panels, range),
            Panels::Bf16(panels) => prefetch(panels, range),
        }
    }

    /// Asks the memory for the panels that begin among the outputs `outputs`, at the 16 inputs from `input` on.
    #[inline(always)]
    pub(crate) fn prefetch_transposed(&self, outputs: Range<usize>, input: usize) {
        for panel in outputs.start.div_ceil(TILE_COLUMNS)..outputs.end.div_ceil(TILE_COLUMNS) {
            self.prefetch(panel, input..input + TILE_COLUMNS);
        }
    }

    /// The outputs `output .. output + depth`, a whole number of panels but for the last, at the 16 inputs from `input`
    /// on, as `[output][input]`, into `room`. Inputs beyond the last become 0.
    #[inline(always)]
    pub(crate) fn transposed_panel(
        &self,
        output: usize,
        depth: usize,
        input: usize,
        room: &mut [f32],
    ) {
        let inputs = TILE_COLUMNS.min(self.inputs - input);
        for (index, room) in room[..depth * TILE_COLUMNS]
            .chunks_mut(TILE_COLUMNS * TILE_COLUMNS)
            .enumerate()
        {
            let panel = output / TILE_COLUMNS + index;
            let first = (panel * self.inputs + input) * TILE_COLUMNS;
            let range = first..first + inputs * TILE_COLUMNS;
            match &self.panels {
                Panels::F32(panels) => transpose(&panels[range], room, |value| value),
                Panels::Bf16(panels) => transpose(&panels[range], room, bf16_to_f32),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_went_in() {
        let rows: Vec<f32> = (0..19 * 5).map(|index| index as f32 - 40.0).collect();
        for precision in [Precision::Bf16, Precision::F32] {
            let weight = Weight::from_rows(precision, 19, 5, &rows);
            let mut row = [0.0; 5];
            for (output, want) in rows.chunks_exact(5).enumerate() {
                weight.row(output, &mut row);
                assert_eq!(row, want, "row {output} in {precision:?}");
            }
        }
    }

    #[test]
    fn bf16_weights_are_rounded_once() {
        let weight = Weight::from_rows(Precision::Bf16, 1, 2, &[1.0 + 1.0 / 512.0, 3.0]);
        let mut row = [0.0; 2];
        weight.row(0, &mut row);
        assert_eq!(row, [1.0, 3.0]);
    }
}
