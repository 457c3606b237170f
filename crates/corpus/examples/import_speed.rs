//! Imports an APPS+ file and prints records, seconds and the highest resident memory.
//!
//! `cargo run --release -p scrl-corpus --example import_speed -- FILE [COPIES]`: with COPIES, a file that repeats the
//! array of FILE so often is made first, next to nothing else, in a temporary folder. 79 copies of the 355 genuine
//! records make 72 MB, the size of the original.
// An example reports on stdout.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use scrl_corpus::{Format, Mode, import, open, write_problem};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let source = PathBuf::from(
        arguments
            .next()
            .ok_or("usage: import_speed FILE [COPIES]")?,
    );
    let folder = tempfile::tempdir()?;
    let path = match arguments.next() {
        Some(copies) => repeated(&source, copies.parse()?, folder.path())?,
        None => source,
    };
    let start = Instant::now();
    let mut out = BufWriter::new(File::create(folder.path().join("problems.jsonl"))?);
    let mut problems = import(Format::AppsPlus, &path, Mode::Strict);
    for problem in problems.by_ref() {
        write_problem(&mut out, &problem?)?;
    }
    out.flush()?;
    let seconds = start.elapsed().as_secs_f64();
    let megabytes = fs::metadata(&path)?.len() as f64 / 1e6;
    println!("{megabytes:.1} MB: {}", problems.summary());
    println!("{seconds:.2} s, {}", peak_memory());
    Ok(())
}

/// In a process of its own the peak would count the source too, so it is dropped before the import starts.
fn repeated(source: &Path, copies: usize, folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let mut text = String::new();
    open(source)?.read_to_string(&mut text)?;
    let records = text.trim().trim_start_matches('[').trim_end_matches(']');
    let path = folder.join("data.json");
    let mut out = BufWriter::new(File::create(&path)?);
    out.write_all(b"[")?;
    for copy in 0..copies {
        out.write_all(if copy == 0 { b"" } else { b", " })?;
        out.write_all(records.as_bytes())?;
    }
    out.write_all(b"]")?;
    out.flush()?;
    Ok(path)
}

fn peak_memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    match line {
        Some(line) => line.split_whitespace().collect::<Vec<_>>().join(" "),
        None => "peak memory unknown on this system".to_owned(),
    }
}
