//! Flags, configuration, wiring; the only crate that knows them all.

fn main() {}
