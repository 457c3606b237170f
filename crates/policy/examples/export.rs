//! Merges an adapter into a model and writes a folder for `transformers`; `export.py` compares the two.
//!
//! `cargo run --release -p scrl-policy --example export -- MODEL ADAPTER FOLDER`
#![allow(clippy::print_stdout, reason = "a program that reports")]

use std::path::Path;

use scrl_kernels::Precision;
use scrl_policy::{ExportOptions, LoadOptions, Model, PeftAdapter};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, adapter, folder] = &arguments[..] else {
        panic!("MODEL ADAPTER FOLDER");
    };
    let options = LoadOptions {
        precision: Precision::F32,
        context: None,
    };
    let mut model = Model::load(Path::new(model), options).expect("a model");
    let adapter = PeftAdapter::load(Path::new(adapter), model.config()).expect("an adapter");
    model.merge(&adapter.adapter);
    let options = ExportOptions {
        precision: Precision::F32,
        largest_file: 50_000,
        like: None,
    };
    model
        .export(Path::new(folder), options)
        .expect("room on the disk");
    println!("written to {folder}");
}
