//! How long parsing and each mode take, per program, over the programs of a JSON Lines file:
//! `cargo run --release -p scrl-audit --example mode_speed -- ../shared/data/problems/leetcode.jsonl.gz`.
//!
//! Without a file it times the texts that are meant to be slow. Times are the best of several rounds in alternation, on one core.

use std::fs::File;
use std::io::{BufRead, BufReader, Result, Write};
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use scrl_audit::{Mode, Module};
use serde_json::Value;

const ROUNDS: usize = 25;

fn main() -> Result<()> {
    let mut out = std::io::stdout().lock();
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        return hostile(&mut out);
    }
    for file in files {
        let programs = programs(&file)?;
        let [parse, bandit, strict] = best(&programs);
        let each = |time: Duration| time.as_secs_f64() * 1e6 / programs.len().max(1) as f64;
        writeln!(
            out,
            "{file}: {} programs; parse {:.1} us, bandit {:.1} us ({:.2}x), strict {:.1} us ({:.2}x)",
            programs.len(),
            each(parse),
            each(bandit),
            each(bandit) / each(parse),
            each(strict),
            each(strict) / each(parse),
        )?;
    }
    Ok(())
}

/// The best times of the bare parser, of bandit mode and of strict mode, taken in alternation.
fn best(programs: &[String]) -> [Duration; 3] {
    let mut best = [Duration::MAX; 3];
    for _ in 0..ROUNDS {
        let uses: [&dyn Fn(&str) -> usize; 3] = [
            &|program| usize::from(ruff_python_parser::parse_module(program).is_ok()),
            &|program| Module::parse(program).findings(Mode::Bandit).len(),
            &|program| Module::parse(program).findings(Mode::Strict).len(),
        ];
        for (best, examine) in best.iter_mut().zip(uses) {
            let start = Instant::now();
            let total: usize = programs.iter().map(|program| examine(program)).sum();
            std::hint::black_box(total);
            *best = start.elapsed().min(*best);
        }
    }
    best
}

/// The texts of a record: solutions, or one completion.
fn programs(file: &str) -> Result<Vec<String>> {
    let mut programs = Vec::new();
    for line in BufReader::new(GzDecoder::new(File::open(file)?)).lines() {
        let record: Value = serde_json::from_str(&line?)?;
        let solutions = record["canonical_solutions"]
            .as_array()
            .into_iter()
            .flatten();
        let codes = ["code", "completion", "insecure_code"]
            .iter()
            .map(|key| &record[*key]);
        programs.extend(
            solutions
                .chain(codes)
                .filter_map(Value::as_str)
                .map(str::to_owned),
        );
    }
    Ok(programs)
}

fn hostile(out: &mut impl Write) -> Result<()> {
    let ifs = (0..30_000)
        .map(|at| format!("if a{at}: b{at} = a{at}\n"))
        .collect::<Vec<_>>()
        .concat();
    let calls = "def f(a): g(a)\ndef g(a): f(a)\n".to_owned() + &"f(x); g(y)\n".repeat(30_000);
    let nest = (0..95)
        .map(|level| format!("{}if a{level}:\n", " ".repeat(level)))
        .collect::<Vec<_>>()
        .concat();
    let body = (0..3_000)
        .map(|at| format!("{}x{at} = input()\n", " ".repeat(95)))
        .collect::<Vec<_>>()
        .concat();
    for (name, text) in [
        ("a+ x 100,000", "a+".repeat(100_000) + "a"),
        (
            "20,000 elements",
            format!("x = [{}]\n", "'a', ".repeat(20_000)),
        ),
        (
            "700 kB text",
            format!("x = '{}'\n", "select a from ".repeat(50_000)),
        ),
        (
            "100,000 parts of a text",
            format!("x = {}\n", vec!["'ab'"; 2_500].join(" + ")).repeat(40),
        ),
        (
            "x = x + 'ab'",
            "x = ''\n".to_owned() + &"x = x + 'ab' * 9\n".repeat(30_000),
        ),
        ("30,000 conditions", ifs),
        ("60,000 calls of functions that call each other", calls),
        ("3,000 sources in 95 levels", nest + &body),
        (
            "executed texts",
            "exec('exec(\"eval(x)\")')\n".repeat(20_000),
        ),
        (
            "a long chain of sources",
            "x = input()\n".to_owned() + &"x = x\n".repeat(50_000) + "eval(x)\n",
        ),
        (
            "many uses of a long chain",
            "x = input()\n".to_owned() + &"x = x\neval(x)\n".repeat(20_000),
        ),
        (
            "a wide pattern",
            format!("import re\nre.compile('{}')\n", "(a+)".repeat(100_000)),
        ),
        (
            "a dictionary of passwords",
            format!("x = {{{}}}\n", "'password': 'x', ".repeat(40_000)),
        ),
    ] {
        let start = Instant::now();
        let module = Module::parse(&text);
        let parse = start.elapsed();
        let start = Instant::now();
        let count = module.findings(Mode::Strict).len();
        let strict = start.elapsed();
        writeln!(
            out,
            "{name}: parse {parse:.1?}, strict {strict:.1?}, {count} findings"
        )?;
    }
    Ok(())
}
