//! Linear layer `y = x Wᵀ + b`: `x (rows, inputs)`, frozen or trained `W (outputs, inputs)`, `b (outputs,)`,
//! `y (rows, outputs)`.

use crate::gemm::{Matrix, MatrixMut, Right, Start, gemm};
use crate::weight::Weight;
use crate::workspace::Workspace;

/// Writes `y`.
///
/// # Panics
/// If the shapes do not fit together.
pub fn forward(
    x: &[f32],
    weight: &Weight,
    bias: Option<&[f32]>,
    y: &mut [f32],
    workspace: &mut Workspace,
) {
    let rows = x.len() / weight.inputs();
    let start = match bias {
        Some(bias) => {
            assert_eq!(bias.len(), weight.outputs(), "length of the bias");
            y.chunks_exact_mut(bias.len())
                .for_each(|y| y.copy_from_slice(bias));
            Start::Add
        }
        None => Start::Zero,
    };
    let x = Matrix::new(x, rows, weight.inputs());
    let y = MatrixMut::new(y, rows, weight.outputs());
    gemm(x, Right::Weight(weight), y, start, workspace);
}

/// Writes `dy W` to `dx (rows, inputs)`, or adds it.
///
/// # Panics
/// If the shapes do not fit together.
pub fn backward(
    dy: &[f32],
    weight: &Weight,
    dx: &mut [f32],
    start: Start,
    workspace: &mut Workspace,
) {
    let rows = dy.len() / weight.outputs();
    let dy = Matrix::new(dy, rows, weight.outputs());
    let dx = MatrixMut::new(dx, rows, weight.inputs());
    gemm(dy, Right::WeightTransposed(weight), dx, start, workspace);
}

/// Adds `dyᵀ x` to `dweight (outputs, inputs)`, row after row of `x (rows, inputs)`.
///
/// # Panics
/// If the shapes do not fit together.
pub fn backward_weight(
    x: &[f32],
    inputs: usize,
    dy: &[f32],
    dweight: &mut [f32],
    workspace: &mut Workspace,
) {
    let (rows, outputs) = (x.len() / inputs, dweight.len() / inputs);
    let x = Matrix::new(x, rows, inputs);
    let dy = Matrix::new(dy, rows, outputs);
    let dweight = MatrixMut::new(dweight, outputs, inputs);
    gemm(
        dy.transposed(),
        Right::Matrix(x),
        dweight,
        Start::Add,
        workspace,
    );
}

/// Adds the rows of `dy (rows, outputs)` to `dbias (outputs,)`.
pub fn backward_bias(dy: &[f32], dbias: &mut [f32]) {
    for dy in dy.chunks_exact(dbias.len()) {
        dbias.iter_mut().zip(dy).for_each(|(sum, dy)| *sum += dy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{assert_close, gradient, noise, weighted, wide};
    use crate::weight::Precision;

    const SHAPE: (usize, usize, usize) = (5, 7, 19);

    fn reference(x: &[f64], w: &[f64], b: &[f64]) -> Vec<f64> {
        let (rows, inputs, outputs) = SHAPE;
        let element = |i: usize, j: usize| {
            b[j] + (0..inputs)
                .map(|k| x[i * inputs + k] * w[j * inputs + k])
                .sum::<f64>()
        };
        (0..rows)
            .flat_map(|i| (0..outputs).map(move |j| (i, j)))
            .map(|(i, j)| element(i, j))
            .collect()
    }

    #[test]
    fn agrees_with_the_definition_and_its_differences() {
        let (rows, inputs, outputs) = SHAPE;
        let (x, w, b) = (
            noise(1, rows * inputs),
            noise(2, outputs * inputs),
            noise(3, outputs),
        );
        let dy = noise(4, rows * outputs);
        let (x64, w64, b64) = (wide(&x), wide(&w), wide(&b));
        let weight = Weight::from_rows(Precision::F32, outputs, inputs, &w);
        let workspace = &mut Workspace::new();

        let mut y = vec![f32::NAN; rows * outputs];
        forward(&x, &weight, Some(&b), &mut y, workspace);
        assert_close("y", &y, &reference(&x64, &w64, &b64), 1e-6);
        forward(&x, &weight, None, &mut y, workspace);
        assert_close("y", &y, &reference(&x64, &w64, &vec![0.0; outputs]), 1e-6);

        let mut dx = vec![0.0; x.len()];
        backward(&dy, &weight, &mut dx, Start::Add, workspace);
        let want = gradient(&x, |x| weighted(&reference(x, &w64, &b64), &dy));
        assert_close("dx", &dx, &want, 1e-6);

        let mut dw = vec![0.0; w.len()];
        backward_weight(&x, inputs, &dy, &mut dw, workspace);
        let want = gradient(&w, |w| weighted(&reference(&x64, w, &b64), &dy));
        assert_close("dweight", &dw, &want, 1e-6);

        let mut db = vec![0.0; outputs];
        backward_bias(&dy, &mut db);
        let want = gradient(&b, |b| weighted(&reference(&x64, &w64, b), &dy));
        assert_close("dbias", &db, &want, 1e-6);
    }
}
