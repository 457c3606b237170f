//! Texts made to be slow: how long each takes.

use std::fmt::Write as _;

use scrl_audit::{Mode, Module};

use super::clock::cpu_seconds;

/// The CPU time of each text in milliseconds, parsing included: the mean of up to ten runs in a row, because the clock
/// ticks in milliseconds.
pub(crate) fn table() -> anyhow::Result<String> {
    let mut text =
        String::from("\n| text | MB | bandit mode, ms | strict mode, ms |\n|---|---|---|---|\n");
    for (name, source) in texts() {
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            text,
            "| {name} | {:.2} | {:.1} | {:.1} |",
            source.len() as f64 / 1e6,
            milliseconds(&source, Mode::Bandit)?,
            milliseconds(&source, Mode::Strict)?
        );
    }
    Ok(text)
}

fn milliseconds(source: &str, mode: Mode) -> anyhow::Result<f64> {
    let once = || drop(std::hint::black_box(Module::parse(source).findings(mode)));
    let first = cpu_seconds(once)?;
    let runs = if first > 0.1 { 1 } else { 10 };
    let seconds = cpu_seconds(|| (0..runs).for_each(|_| once()))?;
    Ok(seconds * 1e3 / f64::from(runs))
}

fn texts() -> Vec<(&'static str, String)> {
    let mark_safe = "import django.utils.safestring\n";
    let executed = "exec('exec(\"eval(x)\")')\n";
    let functions = "def f(a): g(a)\ndef g(a): f(a)\n";
    vec![
        ("`a+` x 100,000", "a+".repeat(100_000) + "a"),
        ("`(` x 100,000", "(".repeat(100_000)),
        (
            "list of 20,000 numbers",
            format!("x = [{}]\n", "1, ".repeat(20_000)),
        ),
        (
            "list of 20,000 texts",
            format!("x = [{}]\n", "'/tmp/x', ".repeat(20_000)),
        ),
        (
            "dictionary of 20,000 passwords",
            format!("x = {{{}}}\n", "'password': 'x', ".repeat(20_000)),
        ),
        (
            "one text of 700 kB",
            format!("x = '{}'\n", "x".repeat(700_000)),
        ),
        (
            "one text of 700 kB of SQL",
            format!("x = 'select {}' % y\n", "from where ".repeat(63_000)),
        ),
        (
            "f-string of 20,000 parts",
            format!("x = f'{}'\n", "select {a} from ".repeat(20_000)),
        ),
        (
            "20,000 calls of mark_safe",
            format!("{mark_safe}{}", "x = y\nmark_safe(x)\n".repeat(20_000)),
        ),
        (
            "one name through 20,000 others",
            format!("{mark_safe}{}mark_safe(a0)\n", chained_names(20_000)),
        ),
        ("20,000 control characters", "# \u{202e}\n".repeat(20_000)),
        ("700 kB of lines", "x = f(1)\n".repeat(78_000)),
        ("20,000 executed texts", executed.repeat(20_000)),
        ("3,000 sources below 95 conditions", nested(95, 3_000)),
        ("30,000 conditions", conditions(30_000)),
        (
            "60,000 calls of functions that call each other",
            format!("{functions}{}", "f(x); g(y)\n".repeat(30_000)),
        ),
        (
            "20,000 uses of a source on its way",
            format!("x = input()\n{}", "x = x\neval(x)\n".repeat(20_000)),
        ),
        (
            "30,000 texts put together",
            format!("x = ''\n{}", "x = x + 'ab' * 9\n".repeat(30_000)),
        ),
        (
            "a pattern of 100,000 groups",
            format!("import re\nre.compile('{}')\n", "(a+)".repeat(100_000)),
        ),
    ]
}

/// `count` sources as deep as `depth` conditions inside each other.
fn nested(depth: usize, count: usize) -> String {
    let conditions = (0..depth).map(|level| format!("{}if a{level}:\n", " ".repeat(level)));
    let sources = (0..count).map(|at| format!("{}x{at} = input()\n", " ".repeat(depth)));
    conditions.chain(sources).collect()
}

fn conditions(count: usize) -> String {
    let lines = (0..count).map(|at| format!("if a{at}: b{at} = a{at}\n"));
    lines.collect()
}

fn chained_names(count: usize) -> String {
    let lines = (0..count).rev().map(|at| format!("a{at} = a{}\n", at + 1));
    lines.collect()
}
