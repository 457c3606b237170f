//! Low-rank adaptation of a linear layer (Hu et al. 2021, equation 3): `y += s (x Aᵀ) Bᵀ`.
//!
//! `x (rows, inputs)`, `A (rank, inputs)`, `B (outputs, rank)`, `y (rows, outputs)`; `s` is `alpha / rank`, or
//! `alpha / sqrt(rank)` (Kalajdzievski 2023, rsLoRA). Dropout, where there is one, has been applied to `x` before.

use crate::gemm::{Matrix, MatrixMut, Right, Start, gemm};
use crate::workspace::Workspace;

/// The two factors and their scale.
#[derive(Clone, Copy, Debug)]
pub struct Lora<'a> {
    /// `A (rank, inputs)`.
    pub a: &'a [f32],
    /// `B (outputs, rank)`.
    pub b: &'a [f32],
    /// Number of rows of `A` and columns of `B`.
    pub rank: usize,
    /// `s`.
    pub scale: f32,
}

impl Lora<'_> {
    fn inputs(&self) -> usize {
        self.a.len() / self.rank
    }

    fn outputs(&self) -> usize {
        self.b.len() / self.rank
    }

    /// Adds to `y`, and writes `middle (rows, rank)`, `s x Aᵀ`, for the way back.
    ///
    /// # Panics
    /// If the shapes do not fit together.
    pub fn forward(&self, x: &[f32], middle: &mut [f32], y: &mut [f32], workspace: &mut Workspace) {
        let rows = x.len() / self.inputs();
        let x = Matrix::new(x, rows, self.inputs());
        let a = Matrix::new(self.a, self.rank, self.inputs()).transposed();
        let to = MatrixMut::new(middle, rows, self.rank);
        gemm(x, Right::Matrix(a), to, Start::Zero, workspace);
        scale(middle, self.scale);
        let b = Matrix::new(self.b, self.outputs(), self.rank).transposed();
        let middle = Matrix::new(middle, rows, self.rank);
        let y = MatrixMut::new(y, rows, self.outputs());
        gemm(middle, Right::Matrix(b), y, Start::Add, workspace);
    }

    /// Adds to the gradients of both factors and of `x`. `middle` is that of the forward pass, and holds its own
    /// gradient, `s dy B`, afterwards.
    ///
    /// # Panics
    /// If the shapes do not fit together.
    pub fn backward(
        &self,
        x: &[f32],
        middle: &mut [f32],
        dy: &[f32],
        gradients: LoraGradients,
        workspace: &mut Workspace,
    ) {
        let LoraGradients {
            a: da,
            b: db,
            x: dx,
        } = gradients;
        let rows = x.len() / self.inputs();
        let x = Matrix::new(x, rows, self.inputs());
        let dy = Matrix::new(dy, rows, self.outputs());
        let db = MatrixMut::new(db, self.outputs(), self.rank);
        let forward = Right::Matrix(Matrix::new(middle, rows, self.rank));
        gemm(dy.transposed(), forward, db, Start::Add, workspace);

        let b = Matrix::new(self.b, self.outputs(), self.rank);
        let to = MatrixMut::new(middle, rows, self.rank);
        gemm(dy, Right::Matrix(b), to, Start::Zero, workspace);
        scale(middle, self.scale);

        let dmiddle = Matrix::new(middle, rows, self.rank);
        let da = MatrixMut::new(da, self.rank, self.inputs());
        gemm(
            dmiddle.transposed(),
            Right::Matrix(x),
            da,
            Start::Add,
            workspace,
        );
        let a = Matrix::new(self.a, self.rank, self.inputs());
        let dx = MatrixMut::new(dx, rows, self.inputs());
        gemm(dmiddle, Right::Matrix(a), dx, Start::Add, workspace);
    }
}

fn scale(values: &mut [f32], factor: f32) {
    for value in values {
        *value *= factor;
    }
}

/// Where [`Lora::backward`] adds, each of the shape of what it is the gradient of.
#[derive(Debug)]
pub struct LoraGradients<'a> {
    /// Of `A`.
    pub a: &'a mut [f32],
    /// Of `B`.
    pub b: &'a mut [f32],
    /// Of `x`.
    pub x: &'a mut [f32],
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{assert_close, gradient, noise, weighted, wide};

    const ROWS: usize = 5;
    const INPUTS: usize = 7;
    const RANK: usize = 3;
    const OUTPUTS: usize = 18;
    const SCALE: f32 = 1.5;

    fn reference(x: &[f64], a: &[f64], b: &[f64]) -> Vec<f64> {
        let mut y = vec![0.0; ROWS * OUTPUTS];
        for (x, y) in x.chunks_exact(INPUTS).zip(y.chunks_exact_mut(OUTPUTS)) {
            for (r, a) in a.chunks_exact(INPUTS).enumerate() {
                let middle: f64 = x.iter().zip(a).map(|(x, a)| x * a).sum();
                for (y, b) in y.iter_mut().zip(b.chunks_exact(RANK)) {
                    *y += f64::from(SCALE) * middle * b[r];
                }
            }
        }
        y
    }

    #[test]
    fn agrees_with_the_definition_and_its_differences() {
        let (x, a, b) = (
            noise(1, ROWS * INPUTS),
            noise(2, RANK * INPUTS),
            noise(3, OUTPUTS * RANK),
        );
        let dy = noise(4, ROWS * OUTPUTS);
        let (x64, a64, b64) = (wide(&x), wide(&a), wide(&b));
        let lora = Lora {
            a: &a,
            b: &b,
            rank: RANK,
            scale: SCALE,
        };
        let workspace = &mut Workspace::new();

        let (mut y, mut middle) = (vec![0.0; ROWS * OUTPUTS], vec![f32::NAN; ROWS * RANK]);
        lora.forward(&x, &mut middle, &mut y, workspace);
        assert_close("y", &y, &reference(&x64, &a64, &b64), 1e-6);

        let (mut da, mut db, mut dx) = (vec![0.0; a.len()], vec![0.0; b.len()], vec![0.0; x.len()]);
        let gradients = LoraGradients {
            a: &mut da,
            b: &mut db,
            x: &mut dx,
        };
        lora.backward(&x, &mut middle, &dy, gradients, workspace);
        let want = gradient(&a, |a| weighted(&reference(&x64, a, &b64), &dy));
        assert_close("da", &da, &want, 1e-6);
        let want = gradient(&b, |b| weighted(&reference(&x64, &a64, b), &dy));
        assert_close("db", &db, &want, 1e-6);
        let want = gradient(&x, |x| weighted(&reference(x, &a64, &b64), &dy));
        assert_close("dx", &dx, &want, 1e-6);
    }
}
