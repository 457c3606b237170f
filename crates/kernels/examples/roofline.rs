//! How much of the processor's arithmetic the products reach, on one thread, at the shapes of a 135M model.
//!
//! `cargo run --release -p scrl-kernels --example roofline`
#![allow(clippy::print_stdout, reason = "a program that reports")]

use std::time::Instant;

use scrl_kernels::{Isa, Matrix, MatrixMut, Precision, Right, Start, Weight, Workspace, gemm};

fn main() {
    println!(
        "{}, f32 multiply-adds on one thread",
        Isa::in_use().as_str()
    );
    for (rows, inputs, outputs) in [
        (256, 576, 576),
        (256, 576, 1536),
        (256, 1536, 576),
        (32, 576, 1536),
        (1, 576, 1536),
    ] {
        let x = vec![0.5; rows * inputs];
        let dy = vec![0.5; rows * outputs];
        let values = vec![0.25; inputs * outputs];
        let weight = Weight::from_rows(Precision::Bf16, outputs, inputs, &values);
        let flops = 2.0 * (rows * inputs * outputs) as f64;
        let workspace = &mut Workspace::new();
        let mut y = vec![0.0; rows * outputs];
        let forward = rate(flops, || {
            let y = MatrixMut::new(&mut y, rows, outputs);
            gemm(
                Matrix::new(&x, rows, inputs),
                Right::Weight(&weight),
                y,
                Start::Zero,
                workspace,
            );
        });
        let mut dx = vec![0.0; rows * inputs];
        let backward = rate(flops, || {
            let dx = MatrixMut::new(&mut dx, rows, inputs);
            let weight = Right::WeightTransposed(&weight);
            gemm(
                Matrix::new(&dy, rows, outputs),
                weight,
                dx,
                Start::Zero,
                workspace,
            );
        });
        let mut dw = vec![0.0; outputs * inputs];
        let weights = rate(flops, || {
            let (x, dy) = (
                Matrix::new(&x, rows, inputs),
                Matrix::new(&dy, rows, outputs),
            );
            let dw = MatrixMut::new(&mut dw, outputs, inputs);
            gemm(
                dy.transposed(),
                Right::Matrix(x),
                dw,
                Start::Zero,
                workspace,
            );
        });
        println!(
            "{rows:4} x {inputs:4} -> {outputs:4}: forward {forward:5.1}, to the inputs {backward:5.1}, to the weights {weights:5.1} GFLOP/s"
        );
    }
}

/// GFLOP/s of the fastest of several runs.
fn rate(flops: f64, mut run: impl FnMut()) -> f64 {
    let fastest = (0..30)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min);
    flops / fastest / 1e9
}
