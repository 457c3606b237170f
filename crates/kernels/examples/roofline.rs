//! How much of the processor's arithmetic each operation reaches, on one thread, at the shapes of a 135M model.
//!
//! The roof is 32 operations a cycle, two fused multiply-adds of 8 lanes, at the clock that a chain of multiplications
//! has. What moves numbers rather than computing has gigabytes a second, of what it reads and writes.
//!
//! `cargo run --release -p scrl-kernels --example roofline`
#![allow(clippy::print_stdout, reason = "a program that reports")]

use std::hint::black_box;
use std::time::Instant;

use scrl_kernels::adamw::AdamW;
use scrl_kernels::attention::{self, Attention, AttentionGradients, Keys};
use scrl_kernels::head::{self, TokenScore};
use scrl_kernels::rope::{Layout, Rope, Scaling};
use scrl_kernels::{
    Isa, Matrix, MatrixMut, Precision, Right, Start, Weight, Workspace, gemm, rms_norm, swiglu,
};

const ROWS: usize = 256;
const WIDTH: usize = 576;

fn main() {
    let clock = clock();
    let roof = 32.0 * clock;
    println!(
        "{}, one thread, {clock:.2} GHz: {roof:.0} GFLOP/s at most",
        Isa::in_use().as_str()
    );
    products(roof);
    let workspace = &mut Workspace::new();
    attend(roof, workspace);
    score(roof, workspace);
    move_numbers();
}

/// Cycles a nanosecond: each product of integers waits three for the one before.
fn clock() -> f64 {
    const COUNT: u64 = 1_000_000;
    rate(3.0 * COUNT as f64, || {
        let product = (0..COUNT).fold(black_box(3u64), |x, _| x.wrapping_mul(x));
        black_box(product);
    })
}

fn arithmetic(name: &str, flops: f64, roof: f64, run: impl FnMut()) {
    let rate = rate(flops, run);
    println!("{name}: {rate:.1} GFLOP/s, {:.0} %", 100.0 * rate / roof);
}

/// Causal attention of one sequence: the products of the blocks that are computed, half-empty ones in full.
fn attend(roof: f64, workspace: &mut Workspace) {
    let shape = Attention {
        heads: 9,
        kv_heads: 3,
        size: 64,
        window: None,
    };
    let (q, k) = (
        vec![0.5; ROWS * WIDTH],
        vec![0.25; ROWS * shape.key_width()],
    );
    let (mut out, mut normalizers) = (vec![0.0; q.len()], vec![0.0; ROWS * shape.heads]);
    let blocks = (1..=ROWS / attention::PAGE).sum::<usize>() * shape.heads;
    let product = 2.0 * (blocks * attention::PAGE * attention::PAGE * shape.size) as f64;
    arithmetic("attention, forward", 2.0 * product, roof, || {
        let keys = Keys::whole(&k, &k, shape.key_width());
        attention::forward(shape, &q, keys, &mut out, &mut normalizers, workspace);
    });
    let (mut dq, mut dk, mut dv) = (q.clone(), k.clone(), k.clone());
    arithmetic("attention, backward", 5.0 * product, roof, || {
        let gradients = AttentionGradients {
            q: &mut dq,
            k: &mut dk,
            v: &mut dv,
        };
        let results = (&*out, &*normalizers);
        attention::backward(shape, (&q, &k, &k), results, &q, gradients, workspace);
    });
}

/// The output layer with a vocabulary of 49,152, logits in blocks of 128 tokens.
fn score(roof: f64, workspace: &mut Workspace) {
    const VOCABULARY: usize = 49_152;
    let row = vec![0.01; WIDTH];
    let mut weight = Weight::zeros(Precision::Bf16, VOCABULARY, WIDTH);
    (0..VOCABULARY).for_each(|output| weight.set_row(output, &row));
    let hidden = vec![0.5; ROWS * WIDTH];
    let targets = vec![7; ROWS];
    let mut logits = vec![0.0; 128 * VOCABULARY];
    let product = 2.0 * (ROWS * WIDTH * VOCABULARY) as f64;
    let mut scores = vec![TokenScore::default(); ROWS];
    arithmetic("head, forward", product, roof, || {
        head::forward(
            &hidden,
            &weight,
            &targets,
            &mut logits,
            &mut scores,
            workspace,
        );
    });
    let mut dhidden = vec![0.0; hidden.len()];
    arithmetic("head, forward and backward", 2.0 * product, roof, || {
        let slope = |_, _| TokenScore {
            log_prob: -1.0,
            entropy: 0.0,
        };
        head::forward_backward(
            &hidden,
            &weight,
            &targets,
            &mut logits,
            slope,
            &mut dhidden,
            None,
            workspace,
        );
    });
}

/// What reads and writes each number once.
fn move_numbers() {
    let passes = |name: &str, numbers: usize, run: &mut dyn FnMut()| {
        println!("{name}: {:.1} GB/s", rate(4.0 * numbers as f64, run));
    };
    let (x, gain) = (vec![0.5; ROWS * WIDTH], vec![1.0; WIDTH]);
    let mut y = x.clone();
    passes("copy", 2 * x.len(), &mut || {
        black_box(&mut y).copy_from_slice(&x);
    });
    passes("RMSNorm, forward", 2 * x.len(), &mut || {
        rms_norm::forward(&x, &gain, 1e-5, &mut y);
    });
    let mut dx = x.clone();
    passes("RMSNorm, backward", 4 * x.len(), &mut || {
        rms_norm::backward(&x, &gain, 1e-5, &y, &mut dx);
    });
    let rope = Rope::new(Layout::HalfSplit, 64, 1e5, Scaling::Plain, ROWS);
    passes("RoPE", 2 * x.len(), &mut || rope.forward(&mut dx, 9, 0));
    let gate = vec![0.5; ROWS * 1536];
    let (mut dgate, mut dup) = (gate.clone(), gate.clone());
    passes("SwiGLU, forward", 3 * gate.len(), &mut || {
        swiglu::forward(&gate, &gate, &mut dup);
    });
    passes("SwiGLU, backward", 5 * gate.len(), &mut || {
        swiglu::backward(&gate, &gate, &gate, &mut dgate, &mut dup);
    });
    let mut values = [x.clone(), x.clone(), x.clone()];
    let [first, second, trained] = &mut values;
    passes("AdamW", 7 * x.len(), &mut || {
        AdamW::default().step(1, &x, 1.0, (first, second), trained);
    });
}

fn products(roof: f64) {
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
        let share = |rate: f64| format!("{rate:.1} ({:.0} %)", 100.0 * rate / roof);
        println!(
            "{rows:4} x {inputs:4} -> {outputs:4}: forward {}, to the inputs {}, to the weights {} GFLOP/s",
            share(forward),
            share(backward),
            share(weights)
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
