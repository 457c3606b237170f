//! Texts made to be slow: how long each takes.

use std::fmt::Write as _;
use std::time::Instant;

use scrl_audit::{Mode, Module};

/// The time of each text in milliseconds, parsing included: the best of nine runs, which the rest of the machine
/// disturbed least.
pub(crate) fn table() -> String {
    let mut text =
        String::from("\n| text | MB | bandit mode, ms | strict mode, ms |\n|---|---|---|---|\n");
    for (name, source) in texts() {
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            text,
            "| {name} | {:.2} | {:.1} | {:.1} |",
            source.len() as f64 / 1e6,
            milliseconds(&source, Mode::Bandit),
            milliseconds(&source, Mode::Strict)
        );
    }
    text
}

fn milliseconds(source: &str, mode: Mode) -> f64 {
    let once = || {
        let start = Instant::now();
        std::hint::black_box(Module::parse(source).findings(mode));
        start.elapsed().as_secs_f64() * 1e3
    };
    (0..9).map(|_| once()).fold(f64::INFINITY, f64::min)
}

fn texts() -> Vec<(&'static str, String)> {
    let mark_safe = "import django.utils.safestring\n";
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
    ]
}

fn chained_names(count: usize) -> String {
    let lines = (0..count).rev().map(|at| format!("a{at} = a{}\n", at + 1));
    lines.collect()
}
