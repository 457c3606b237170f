//! Hostile texts: nothing panics, no stack overflows, and time stays linear, on threads with 2 MiB of stack.

use std::thread;

use proptest::prelude::*;
use scrl_audit::{Mode, Module};

/// Everything a caller may ask of a text, on the stack that threads have by default.
fn examine(source: String) -> bool {
    let worker = thread::Builder::new().stack_size(2 * 1024 * 1024);
    let examined = worker.spawn(move || {
        let module = Module::parse(&source);
        let _ = module.findings(Mode::Bandit);
        let _ = module.findings(Mode::Strict);
        let _ = module.outline();
        let _ = module.code_lines();
        let _ = module.calls("f");
        module.parses()
    });
    examined.unwrap().join().expect("no text ends the analysis")
}

#[test]
fn deep_chains_neither_overflow_nor_parse() {
    for (unit, end) in [
        ("(", ""),
        ("[", ""),
        ("{", ""),
        ("a+", "a"),
        ("-", "1"),
        ("not ", "1"),
        ("~", "1"),
        ("a**", "a"),
        ("lambda:", "1"),
        ("lambda a,b:", "1"),
        ("a if b else ", "1"),
        ("a if b == c else ", "1"),
        ("a if b and c else ", "1"),
        ("lambda: a in ", "1"),
        ("lambda a=1, b=2: ", "1"),
        ("a in not ", "1"),
        ("a.", "a"),
        ("f(", ""),
        ("a[", ""),
        ("'%s' % ", "a"),
        ("'select ' + ", "a"),
        ("f'{", ""),
        ("await ", "a"),
        ("*", "a"),
        ("x or lambda: ", "1"),
        ("if a:\n", ""),
        ("class a: ", ""),
        ("match x:\n case ", ""),
    ] {
        assert!(!examine(unit.repeat(100_000) + end), "{unit}");
    }
}

/// Ten thousand operands side by side are no chain, whatever stands in them.
#[test]
fn wide_expressions_are_no_chains() {
    for (unit, joint) in [
        ("lambda a, b=1: a", ", "),
        ("x if y else z", ", "),
        ("not a", " and "),
        ("a not in b", " or "),
    ] {
        let wide = vec![unit; 12_000].join(joint);
        assert!(examine(format!("f({wide})\n")), "{unit}");
    }
}

#[test]
fn short_deep_chains_are_as_safe() {
    for unit in [
        "(", "[", "{", "a+", "-", "not ", "a**", "lambda:", "f(", "f'{", "a.", "x[", "*",
    ] {
        for length in [150, 500, 1_000, 2_500] {
            examine(unit.repeat(length) + "a");
        }
    }
}

#[test]
fn closed_brackets_stop_where_cpython_stops() {
    let nested = |levels: usize| format!("x = {}{}\n", "(".repeat(levels), ")".repeat(levels));
    assert!(examine(nested(200)));
    assert!(!examine(nested(201)));
    assert!(!examine(nested(20_000)));
}

#[test]
fn indentation_stops_where_cpython_stops() {
    let nested = |levels: usize| -> String {
        let open = (0..levels).map(|level| format!("{}if a:\n", " ".repeat(level)));
        open.collect::<String>() + &" ".repeat(levels) + "pass\n"
    };
    assert!(examine(nested(99)));
    assert!(!examine(nested(100)));
    assert!(!examine(nested(1_000)));
}

#[test]
fn deep_chains_that_cpython_compiles_parse() {
    assert!(examine(vec!["a"; 2_900].join("+")));
    assert!(!examine(vec!["a"; 3_100].join("+")));
    assert!(examine(
        "if a: pass\n".to_owned() + &"elif a: pass\n".repeat(2_900)
    ));
}

#[test]
fn bandit_drops_what_is_nested_too_deep_for_it() {
    let source = |terms: usize| format!("eval(x)\n{}\n", vec!["a"; terms].join("+"));
    let findings = |terms: usize, mode: Mode| Module::parse(&source(terms)).findings(mode).len();
    assert_eq!(findings(900, Mode::Bandit), 1);
    assert_eq!(findings(1_100, Mode::Bandit), 0);
    assert_eq!(findings(1_100, Mode::Strict), 1);
}

#[test]
fn long_flat_texts_are_read_in_full() {
    for line in [
        "x = 1\n",
        "f('password', token='x', y='/tmp')\n",
        "# nosec\n",
        "import pickle as p\n",
        "try:\n    f()\nexcept:\n    pass\n",
    ] {
        assert!(examine(line.repeat(700_000 / line.len())), "{line}");
    }
    assert!(examine(format!("x = [{}]\n", "-1, ".repeat(150_000))));
    assert!(examine(format!(
        "x = {}\n",
        vec!["a"; 100_000].join(" or ")
    )));
    assert!(examine(format!(
        "x = {{{}}}\n",
        "'password': 'x', ".repeat(40_000)
    )));
    assert!(examine(format!(
        "def f({}): pass  # nosec\n",
        parameters(40_000)
    )));
    assert!(examine(format!(
        "f({}'x')  # nosec\n",
        "'a' ".repeat(170_000)
    )));
    assert!(examine(format!(
        "f'{}'\n",
        "select {a} from ".repeat(40_000)
    )));
}

#[test]
fn long_ways_of_values_are_told_briefly() {
    let source = "x = input()\n".to_owned() + &"x = x\neval(x)\n".repeat(10_000);
    let findings = Module::parse(&source).findings(Mode::Strict);
    assert_eq!(findings.len(), 10_000);
    assert!(findings.iter().all(|finding| finding.message.len() < 400));
}

#[test]
fn executed_texts_are_read_within_a_budget() {
    let text = "x = 1; ".repeat(20_000);
    let source = format!("t = '{text}'\n") + &"exec(t)\n".repeat(5_000);
    let findings = Module::parse(&source).findings(Mode::Strict);
    assert!(findings.len() > 4_900, "what is not read is suspicious");
}

#[test]
fn wide_concatenations_take_linear_time() {
    // Balanced, so that the tree is shallow: every literal is judged together with all the others.
    let mut parts = vec!["'select '".to_owned(); 1 << 15];
    while parts.len() > 1 {
        parts = parts
            .chunks(2)
            .map(|pair| format!("({})", pair.join("+")))
            .collect();
    }
    let source = format!("x = {} + ' from t '\n", parts[0]);
    assert_eq!(Module::parse(&source).findings(Mode::Bandit).len(), 1 << 15);
}

#[test]
fn text_that_is_no_program_does_not_parse() {
    for source in [
        "\0",
        "x = 1\0",
        "x = '\0'\n",
        "\u{feff}\u{feff}",
        "\u{202e}(",
        "```python\n",
    ] {
        assert!(!examine(source.to_owned()), "{source:?}");
    }
    for source in [
        "",
        "\n",
        "\r",
        "\u{feff}",
        "\u{feff}x = 1",
        "\u{c}x = 1",
        "#",
        "é = 1\n",
    ] {
        assert!(examine(source.to_owned()), "{source:?}");
    }
}

#[test]
fn broken_code_is_scanned_in_strict_mode_only() {
    let module = Module::parse("import os\nos.system(x)\n)\ndef f():\n    eval(x)\n");
    assert!(!module.parses());
    assert!(module.findings(Mode::Bandit).is_empty());
    let found: Vec<_> = module
        .findings(Mode::Strict)
        .into_iter()
        .map(|f| f.id)
        .collect();
    assert_eq!(found, ["S102", "S101"]);
}

fn parameters(count: usize) -> String {
    let parameters: Vec<String> = (0..count).map(|at| format!("a{at}='/tmp'")).collect();
    parameters.join(",")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_survived(source in "\\PC{0,200}") {
        examine(source);
    }

    #[test]
    fn any_sequence_of_tokens_is_survived(
        tokens in prop::collection::vec(
            prop::sample::select(vec![
                "(", ")", "[", "]", "{", "}", ":", ",", ".", "=", "+", "*", "**", "%", "@", "\n", "\n    ", "\n  ",
                " ", "if ", "else", "elif ", "def ", "class ", "f", "x", "lambda ", "for ", "in ", "import ", "from ",
                "try", "except", "'a'", "f'{", "}'", "'''", "\"", "\\", "match ", "case ", "async ", "await ", "# nosec",
                "exec", "password", "1", "0x", "é", "\r", "\t", "t'{x!r:>{y}}'", "b'", "\u{0}", "return ", "yield ",
            ]),
            0..80,
        )
    ) {
        examine(tokens.concat());
    }
}
