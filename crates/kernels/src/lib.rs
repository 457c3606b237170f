//! The numeric operations of a language model, forward and backward; all SIMD.
//!
//! Not a tensor library: slices in, slices out, row-major, `f32`, one file per operation with its formula, its shapes
//! and its source. No graph, no automatic differentiation, no threads, no allocation that a caller does not see.
//!
//! **Same bits.** A result depends on its inputs only: not on how many rows are computed together, how work is split
//! over threads, or which instructions the processor has. Sums run in an order that is fixed by the operation, and
//! callers split work over rows or outputs, never over what is summed.

// An inner loop is compiled once for each instruction set, and that needs everything in it inlined.
#![allow(clippy::inline_always)]
// The symbols of the formulas.
#![allow(clippy::many_single_char_names, clippy::similar_names)]
// Tests say which bits they want.
#![cfg_attr(test, allow(clippy::float_cmp))]

pub mod adamw;
pub mod attention;
mod bf16;
#[cfg(test)]
mod check;
mod dropout;
pub mod embedding;
pub mod gelu;
mod gemm;
pub mod head;
pub mod layer_norm;
pub mod linear;
mod lora;
mod math;
mod philox;
pub mod rms_norm;
pub mod rope;
mod simd;
pub mod swiglu;
mod weight;
mod workspace;

pub use bf16::{bf16_to_f32, f16_to_f32, f32_to_bf16};
pub use dropout::Dropout;
pub use gemm::{Matrix, MatrixMut, Panels, Right, Start, gemm};
pub use lora::{Lora, LoraGradients};
pub use philox::philox;
pub use simd::Isa;
pub use weight::{Precision, Weight};
pub use workspace::Workspace;
