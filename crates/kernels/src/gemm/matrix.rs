//! Operands of a product: slices with a shape.

use std::ops::Range;

use super::tile::TILE_COLUMNS;
use crate::simd::prefetch;
use crate::weight::Weight;

/// A matrix to read: element `(i, j)` is `data[i * row_stride + j * column_stride]`.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// Row-major and dense.
    ///
    /// # Panics
    /// If `data` is not `rows * columns` long.
    pub fn new(data: &'a [f32], rows: usize, columns: usize) -> Self {
        assert_eq!(
            data.len(),
            rows * columns,
            "length of a {rows} x {columns} matrix"
        );
        Self::strided(data, rows, columns, columns)
    }

    /// Row-major with `row_stride` elements from one row to the next: columns of a wider matrix.
    ///
    /// # Panics
    /// If `data` ends before the last row does.
    pub fn strided(data: &'a [f32], rows: usize, columns: usize, row_stride: usize) -> Self {
        assert!(
            rows == 0 || (rows - 1) * row_stride + columns <= data.len(),
            "a {rows} x {columns} matrix of stride {row_stride} in {} elements",
            data.len()
        );
        Self {
            data,
            rows,
            columns,
            row_stride,
            column_stride: 1,
        }
    }

    /// Its transpose, of the same elements.
    #[must_use]
    pub fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }

    /// M.
    #[inline(always)]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// N.
    #[inline(always)]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Element `(row, column)`.
    #[inline(always)]
    pub(crate) fn at(&self, row: usize, column: usize) -> f32 {
        self.data[row * self.row_stride + column * self.column_stride]
    }

    /// `count` elements of a row from `column` on, where they lie side by side.
    #[inline(always)]
    pub(crate) fn row_part(&self, row: usize, column: usize, count: usize) -> Option<&'a [f32]> {
        let first = row * self.row_stride + column;
        (self.column_stride == 1).then(|| &self.data[first..first + count])
    }

    /// `count` elements of a column from `row` on, where they lie side by side.
    #[inline(always)]
    pub(crate) fn column_part(&self, row: usize, column: usize, count: usize) -> Option<&'a [f32]> {
        self.transposed().row_part(column, row, count)
    }
}

/// A row-major matrix to write.
#[derive(Debug)]
pub struct MatrixMut<'a> {
    data: &'a mut [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
}

impl<'a> MatrixMut<'a> {
    /// Dense.
    ///
    /// # Panics
    /// If `data` is not `rows * columns` long.
    pub fn new(data: &'a mut [f32], rows: usize, columns: usize) -> Self {
        assert_eq!(
            data.len(),
            rows * columns,
            "length of a {rows} x {columns} matrix"
        );
        Self::strided(data, rows, columns, columns)
    }

    /// With `row_stride` elements from one row to the next: columns of a wider matrix.
    ///
    /// # Panics
    /// If `data` ends before the last row does, or rows overlap.
    pub fn strided(data: &'a mut [f32], rows: usize, columns: usize, row_stride: usize) -> Self {
        assert!(
            columns <= row_stride && (rows == 0 || (rows - 1) * row_stride + columns <= data.len()),
            "a {rows} x {columns} matrix of stride {row_stride} in {} elements",
            data.len()
        );
        Self {
            data,
            rows,
            columns,
            row_stride,
        }
    }

    /// M.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// N.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// At most `count` elements of a row from `column` on.
    #[inline(always)]
    pub(crate) fn row_part(&mut self, row: usize, column: usize, count: usize) -> &mut [f32] {
        let first = row * self.row_stride + column;
        let count = count.min(self.columns - column);
        &mut self.data[first..first + count]
    }

    /// Asks the memory for the tiles' rows that lie in a matrix.
    #[inline(always)]
    pub(super) fn prefetch(&self, rows: Range<usize>, column: usize) {
        for row in rows.start..rows.end.min(self.rows) {
            let first = row * self.row_stride + column;
            // What does not begin a line of the cache takes two.
            prefetch(self.data, first..first + TILE_COLUMNS + 1);
        }
    }

    pub(crate) fn fill_zero(&mut self) {
        for row in 0..self.rows {
            self.row_part(row, 0, self.columns).fill(0.0);
        }
    }
}

/// The right operand of a product.
#[derive(Clone, Copy, Debug)]
pub enum Right<'a> {
    /// `B` as it stands.
    Matrix(Matrix<'a>),
    /// `B = Wᵀ` of a weight `W (outputs, inputs)`: the product of a forward pass.
    Weight(&'a Weight),
    /// `B = W`: the product that carries a gradient back to the inputs.
    WeightTransposed(&'a Weight),
    /// `B` in the order in which a product reads it.
    Panels(Panels<'a>),
}

/// A matrix `(rows, columns)` in panels of 16 columns, each `[row][column]`. Columns beyond the last may hold anything.
#[derive(Clone, Copy, Debug)]
pub struct Panels<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    height: usize,
}

impl<'a> Panels<'a> {
    /// With `height` rows from one panel to the next, of which the first `rows` count.
    ///
    /// # Panics
    /// If `data` ends before the last row does.
    pub(crate) fn new(data: &'a [f32], rows: usize, columns: usize, height: usize) -> Self {
        let panels = columns.div_ceil(TILE_COLUMNS);
        assert!(
            rows <= height && panels * height * TILE_COLUMNS <= data.len(),
            "{panels} panels of {height} rows in {} elements",
            data.len()
        );
        Self {
            data,
            rows,
            columns,
            height,
        }
    }

    /// Rows `first .. first + depth` of the panel of a column.
    #[inline(always)]
    pub(super) fn panel(&self, first: usize, depth: usize, column: usize) -> &'a [f32] {
        let start = (column / TILE_COLUMNS * self.height + first) * TILE_COLUMNS;
        &self.data[start..start + depth * TILE_COLUMNS]
    }
}

impl Right<'_> {
    /// K.
    pub fn rows(&self) -> usize {
        match self {
            Right::Matrix(matrix) => matrix.rows(),
            Right::Weight(weight) => weight.inputs(),
            Right::WeightTransposed(weight) => weight.outputs(),
            Right::Panels(panels) => panels.rows,
        }
    }

    /// N.
    pub fn columns(&self) -> usize {
        match self {
            Right::Matrix(matrix) => matrix.columns(),
            Right::Weight(weight) => weight.outputs(),
            Right::WeightTransposed(weight) => weight.inputs(),
            Right::Panels(panels) => panels.columns,
        }
    }

    /// Asks the memory for some rows of the panel of a column, if there are any: they arrive while others are multiplied.
    #[inline(always)]
    pub(super) fn prefetch(&self, rows: Range<usize>, column: usize) {
        match self {
            Right::Weight(weight) => weight.prefetch(column / TILE_COLUMNS, rows),
            Right::WeightTransposed(weight) => weight.prefetch_transposed(rows, column),
            Right::Matrix(_) | Right::Panels(_) => (),
        }
    }
}
