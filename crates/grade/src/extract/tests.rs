//! Answers as models give them, and the program that each holds.

// A test that does not run says so.
#![allow(clippy::print_stderr)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use scrl_record::{ProblemId, SampleId};

use super::*;

fn answer(completion: &str) -> Sample {
    Sample {
        id: SampleId::from("s"),
        problem_id: ProblemId::from("p"),
        model: String::new(),
        language: "python3".to_owned(),
        prompt: None,
        completion: Some(completion.to_owned()),
        code: None,
        made_as: None,
        published: None,
        generation: None,
    }
}

fn problem(kind: Kind, prompt: &str, starter_code: &str, entry_point: Option<&str>) -> Problem {
    Problem {
        id: ProblemId::from("p"),
        source: String::new(),
        split: String::new(),
        difficulty: String::new(),
        kind,
        prompt: prompt.to_owned(),
        starter_code: starter_code.to_owned(),
        entry_point: entry_point.map(str::to_owned),
        tests: Vec::new(),
        canonical_solutions: Vec::new(),
        call_style: None,
        compare: None,
        atol: None,
        origin_id: None,
        needs: Vec::new(),
        cwes: Vec::new(),
        family: None,
        exploit_tests: Vec::new(),
        files: Vec::new(),
        preamble: String::new(),
        insecure_solutions: Vec::new(),
    }
}

fn add_problem() -> Problem {
    problem(
        Kind::Call,
        "def add(a, b):\n    \"\"\"Adds two numbers.\"\"\"\n",
        "def add(a, b):",
        Some("add"),
    )
}

fn check(problem: Option<&Problem>, text: &str, method: ExtractionMethod, code: &str) {
    let extracted = extract(&answer(text), problem);
    assert_eq!(extracted.extraction.method, method, "{text}");
    assert_eq!(extracted.code, code, "{text}");
}

/// For programs that read standard input.
fn check_script(text: &str, method: ExtractionMethod, code: &str) {
    check(None, text, method, code);
}

/// For the function `add`.
fn check_add(text: &str, method: ExtractionMethod, code: &str) {
    check(Some(&add_problem()), text, method, code);
}

use ExtractionMethod::{
    Continuation, Fence, Given, Nothing, OpenFence, Prose, RepeatsPrompt, Whole,
};

#[test]
fn given_code_is_taken_as_it_stands() {
    let sample = Sample {
        code: Some("```python\nnot touched".to_owned()),
        ..answer("print(1)")
    };
    let extracted = extract(&sample, None);
    assert_eq!(extracted.extraction.method, Given);
    assert_eq!(extracted.code, "```python\nnot touched");
}

#[test]
fn a_text_that_is_a_program_is_kept_whole() {
    for text in [
        "print(1)",
        "n = int(input())\nprint(n * 2)\n",
        "# a comment\nimport sys\n",
        "# only a comment\n",
        "def f():\n    \"\"\"```python\n    x\n    ```\"\"\"\n    return 1\n",
        "print('</s>')",
        "x += 1",
        "@f\ndef g(): pass",
    ] {
        check_script(text, Whole, text);
    }
}

#[test]
fn text_that_says_nothing_in_python_is_nothing() {
    for text in [
        "",
        "  \n\n",
        "Sorry",
        "Sorry.",
        "Sorry, no.",
        "not possible",
        "this is wrong",
        "I'm sorry, but I can't help with that (yet).",
        "I cannot help with that.",
        "\"I refuse\"",
        "42",
        "None",
        "<think>\nprint(1)",
        "<|im_end|>",
        "Run it:\n```bash\npython3 main.py --x=1\n```\n",
        "```\n```",
        "```json\n{\"a\": 1}\n```",
        "```cpp\nint main() { return f(1); }\n```",
    ] {
        check_script(text, Nothing, "");
    }
    let sample = Sample {
        completion: None,
        ..answer("")
    };
    assert_eq!(extract(&sample, None).extraction.method, Nothing);
}

#[test]
fn code_that_does_not_parse_is_still_the_answer() {
    for text in [
        "n = int(input())\nprint(n",
        "def f(:\n    return 1\n",
        "for i in range(3):\nprint(i)\n",
        "import sys\n\nif x = 1:\n    print(x)\n",
    ] {
        check_script(text, Whole, text);
    }
    check_script("```python\nprint(1\n```", Fence, "print(1\n");
    check_script("```python\nx = [1,\n", OpenFence, "x = [1,\n");
}

#[test]
fn a_repeated_prompt_is_kept_with_what_follows() {
    let prompt = "def add(a, b):\n    \"\"\"Adds two numbers.\"\"\"\n";
    for (head, tail) in [
        ("", "    return a + b\n"),
        ("# Task:\n", "\nprint(1)\n"),
        ("", "\nx = (\n"),
    ] {
        let text = format!("{head}{prompt}{tail}");
        check_add(&text, RepeatsPrompt, &text);
    }
    let words = problem(
        Kind::Stdin,
        "Read two numbers and print their sum.",
        "",
        None,
    );
    check(
        Some(&words),
        "Read two numbers and print their sum.\n\n```python\nprint(sum(map(int, input().split())))\n```\n",
        Fence,
        "print(sum(map(int, input().split())))\n",
    );
}

#[test]
fn a_continuation_is_joined_with_the_prompt() {
    let head = "def add(a, b):\n    \"\"\"Adds two numbers.\"\"\"\n";
    for (text, body) in [
        ("    return a + b\n", "    return a + b\n"),
        ("\n    return a + b", "    return a + b"),
        (
            "    c = a + b\n    return c\n\n\nprint(add(1, 2))\n",
            "    c = a + b\n    return c\n\n\nprint(add(1, 2))\n",
        ),
        (
            "    return a + b\n```\n\nThis adds them.",
            "    return a + b\n",
        ),
        (
            "    return a + b\n\nThe function adds.\nIt's done.",
            "    return a + b\n\n",
        ),
        (
            "    return a + b\n\ndef next(x):\n    \"\"\"Cut o",
            "    return a + b\n\n",
        ),
        ("return a + b", "    return a + b"),
        ("c = a + b\n    return c", "    c = a + b\n    return c"),
        ("    return a + b<|endoftext|>def other", "    return a + b"),
    ] {
        check_add(text, Continuation, &format!("{head}{body}"));
    }
    let method = problem(
        Kind::Call,
        "Add them.",
        "class Solution:\n    def add(self, a, b):\n        ",
        Some("Solution.add"),
    );
    for text in ["        return a + b\n", "return a + b\n"] {
        check(
            Some(&method),
            text,
            Continuation,
            "class Solution:\n    def add(self, a, b):\n        return a + b\n",
        );
    }
    // A script at module level is a habit to be seen, not to be mended.
    check_add("print(1 + 2)\n", Whole, "print(1 + 2)\n");
}

#[test]
fn one_fenced_block_is_taken() {
    for (text, code) in [
        ("```python\nprint(1)\n```", "print(1)\n"),
        (
            "Here:\n\n```py\nprint(1)\n```\nDone, as you see.",
            "print(1)\n",
        ),
        ("```Python3\nprint(1)\n```", "print(1)\n"),
        ("```python title=\"a.py\"\nprint(1)\n```", "print(1)\n"),
        ("```{.python}\nprint(1)\n```", "print(1)\n"),
        ("```python:main.py\nprint(1)\n```", "print(1)\n"),
        ("```\nprint(1)\n```", "print(1)\n"),
        ("~~~python\nprint(1)\n~~~", "print(1)\n"),
        (
            "````python\nprint('''\n```\n''')\n````",
            "print('''\n```\n''')\n",
        ),
        (
            "1. First:\n\n   ```python\n   if x():\n       print(1)\n   ```\n",
            "if x():\n    print(1)\n",
        ),
        ("The code is: ```python\nprint(1)\n```", "print(1)\n"),
        ("```python\nprint(1)```", "print(1)"),
        ("```python print(1)```", "print(1)"),
        ("```python\r\nprint(1)\r\n```\r\n", "print(1)\r\n"),
    ] {
        check_script(text, Fence, code);
    }
}

#[test]
fn an_open_fence_reaches_to_the_end_or_to_prose() {
    check_script("Sure:\n```python\nprint(1)\n", OpenFence, "print(1)\n");
    check_script(
        "```python\nprint(1)\n\nThis program prints one.\nIt's short.",
        OpenFence,
        "print(1)\n\n",
    );
    check_script("```python\nprint(1)<|im_end|>", OpenFence, "print(1)");
}

#[test]
fn a_call_problem_takes_the_first_block_with_the_entry_point() {
    let solution = "def add(a, b):\n    return a + b\n";
    for text in [
        format!(
            "```python\n{solution}```\nUse it:\n```python\nfrom x import add\nprint(add(1, 2) + add(3, 4) + 5)\n```"
        ),
        format!(
            "```python\n{solution}```\nor\n```python\ndef add(a, b):\n    return sum([a, b]) # longer\n```"
        ),
        format!("```bash\npip install x\n```\n```python\n{solution}```\n```text\n3\n```"),
        format!(
            "```python\nprint('an idea, longer than the solution itself, but no add')\n```\n```python\n{solution}```"
        ),
    ] {
        check_add(&text, Fence, solution);
    }
    let broken_first = format!("```python\ndef add(a, b:\n```\n```python\n{solution}```");
    let extracted = extract(&answer(&broken_first), Some(&add_problem()));
    assert_eq!(extracted.extraction.block, Some(1));
    assert_eq!(extracted.extraction.blocks, 2);
}

#[test]
fn blocks_that_the_chosen_one_needs_are_put_before_it() {
    check_add(
        "First a helper:\n```python\nimport operator as op\n\ndef plus(x, y):\n    return op.add(x, y)\n```\n\
         Something else:\n```python\ndef unrelated():\n    pass\n```\n\
         Then:\n```python\ndef add(a, b):\n    return plus(a, b)\n```\n",
        Fence,
        "import operator as op\n\ndef plus(x, y):\n    return op.add(x, y)\n\ndef add(a, b):\n    return plus(a, b)\n",
    );
    check_script(
        "```python\ndef solve(n):\n    return n * 2\n```\nand\n```python\nprint(solve(int(input())))\n```",
        Fence,
        "def solve(n):\n    return n * 2\n\nprint(solve(int(input())))\n",
    );
}

#[test]
fn a_block_with_the_body_alone_is_joined_with_the_prompt() {
    check_add(
        "```python\n    return a + b\n```",
        Fence,
        "def add(a, b):\n    \"\"\"Adds two numbers.\"\"\"\n    return a + b\n",
    );
}

#[test]
fn a_script_takes_the_longest_program() {
    let program = "n = int(input())\nfor i in range(n):\n    print(i)\n";
    for text in [
        format!("```python\n{program}```\n```python\nprint(1)\n```"),
        format!("```python\nprint(1)\n```\n```python\n{program}```"),
        format!("```\n3\n```\n```python\n{program}```\n```\n0\n1\n2\n```"),
        format!(
            "```python\ndef idea(only):\n    '''{}'''\n```\n```python\n{program}```",
            "x".repeat(200)
        ),
    ] {
        check_script(&text, Fence, program);
    }
}

#[test]
fn code_between_prose_is_found() {
    check_script(
        "Here is the solution:\n\nn = int(input())\nprint(n * 2)\n\nThis doubles the number.",
        Prose,
        "n = int(input())\nprint(n * 2)\n\n",
    );
    check_script(
        "Sure! I'd write it like this.\ndef f(x):\n    # it's easy\n    return x\n\nprint(f(int(input())))\n",
        Prose,
        "def f(x):\n    # it's easy\n    return x\n\nprint(f(int(input())))\n",
    );
    check_script(
        "Here is the solution:\nn = int(input(\nprint(n)\n\nThis doubles it.",
        Prose,
        "n = int(input(\nprint(n)\n\n",
    );
}

#[test]
fn sentences_are_told_from_code() {
    for line in [
        "This is the solution.",
        "This is sentence 5.",
        "Here's the code:",
        "In this code, we add.",
        "for each of the items we add",
        "- a list",
        "2. Then add them",
        "Solution:",
        "Sure!",
        "I cannot help (yet)",
    ] {
        assert!(prose::is_prose(line), "{line}");
    }
    for line in [
        "import numpy as np",
        "from a import b",
        "return x if y else z",
        "for i in x:",
        "x is not None and y in z",
        "print x",
        "a, b = c",
        "print(\"this is a nice day\")",
        "else:",
        "x",
        "1.5",
        "class Solution:",
        "while True:",
        "match x:",
        "assert a, b",
        "Solution().solve(a, b)",
    ] {
        assert!(!prose::is_prose(line), "{line}");
    }
}

#[test]
fn chat_markers_and_thinking_are_dropped() {
    for text in [
        "<|im_start|>assistant\nprint(1)<|im_end|>",
        "<|im_start|>user\nPrint one.<|im_end|>\n<|im_start|>assistant\nprint(1)<|im_end|>\n",
        "<s>[INST] Print one. [/INST] print(1)</s>",
        "print(1)</s>",
        "print(1)<|endoftext|>\nprint(2)",
        "print(1)<|EOT|>",
        "<think>\nMaybe print(2)?\n</think>\nprint(1)",
        "Below is an instruction.\n### Instruction:\nPrint one.\n### Response:\nprint(1)",
        "print(1)\n### Instruction:\nNow two.\n### Response:\nprint(2)",
        "<|start_header_id|>assistant<|end_header_id|>\n\nprint(1)<|eot_id|>",
    ] {
        let extracted = extract(&answer(text), None);
        assert_eq!(extracted.extraction.method, Whole, "{text}");
        assert_eq!(extracted.code.trim(), "print(1)", "{text}");
    }
    check_script(
        "<think>a</think>\nSure:\n```python\nprint(1)\n```<|im_end|>",
        Fence,
        "print(1)\n",
    );
}

#[test]
fn what_was_extracted_extracts_to_itself() {
    for text in [
        "Here:\n```python\nimport os\nprint(os)\n```",
        "Well, this is it.\nprint(1)\nThat is all.",
        "<|im_start|>assistant\nprint(1)<|im_end|>",
    ] {
        let once = extract(&answer(text), None).code;
        check_script(&once, Whole, &once);
    }
}

#[test]
fn hostile_answers_end() {
    let fences = "```python\nx = f(\n```\n".repeat(5_000);
    let programs = "```python\ndef f():\n    return g()\n```\n".repeat(2_500);
    let mut sentences = String::new();
    for number in 0..2_500 {
        writeln!(sentences, "x{number} = f(1)\nThis is sentence {number}.").unwrap();
    }
    for text in [
        fences,
        programs,
        sentences,
        "```".repeat(30_000),
        "<|im_end|>".repeat(10_000),
        "(".repeat(100_000),
        "\"\"\"\nf(\n".repeat(10_000),
        "<think></think>".repeat(6_000),
        format!("    x = 1\n{}", "    y = (\n".repeat(10_000)),
    ] {
        extract(&answer(&text), Some(&add_problem()));
    }
}

/// All answers of the seed repeat the prompt and go on; they are run as they stand.
#[test]
fn the_seeds_answers_are_kept_verbatim() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/samples/deepseek-appsplus-val-a.jsonl.gz");
    let unpacked = path
        .exists()
        .then(|| Command::new("gzip").arg("-dc").arg(&path).output().ok())
        .flatten();
    let Some(output) = unpacked else {
        eprintln!("SKIPPED: the seed's answers: shared data or gzip absent");
        return;
    };
    let mut count = 0;
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| record[key].as_str().unwrap();
        let sample = Sample {
            prompt: Some(text("prompt").to_owned()),
            ..answer(text("completion"))
        };
        let extracted = extract(&sample, None);
        assert_eq!(extracted.extraction.method, RepeatsPrompt, "{count}");
        assert_eq!(extracted.code, text("completion"), "{count}");
        count += 1;
    }
    assert_eq!(count, 199);
}

#[test]
fn a_fenced_program_keeps_the_signature_that_the_starter_code_has_too() {
    let problem = problem(
        Kind::Call,
        "Adds two numbers.",
        "def add_up(a, b):",
        Some("add_up"),
    );
    let program = "def add_up(a, b):\n    return a + b\n";
    for before in ["", "This does it.\n\n"] {
        check(
            Some(&problem),
            &format!("{before}```python\n{program}```\n"),
            Fence,
            program,
        );
    }
}

proptest! {
    #[test]
    fn never_panics(text in any::<String>()) {
        extract(&answer(&text), Some(&add_problem()));
    }

    #[test]
    fn never_panics_on_answer_like_text(
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "```", "~~~", "python", "\n", " ", "    ", "print(1)", "def add(a, b):", "é", "return a",
                "\"\"\"", "(", ")", "<think>", "</think>", "<|im_end|>", "[INST]", "[/INST]", "### Response:",
                "Sure, here it is.", "x = 1", "\t", "\r\n", "import os", "`",
            ]),
            0..40,
        ),
    ) {
        let text = parts.concat();
        let extracted = extract(&answer(&text), Some(&add_problem()));
        let nothing = extracted.extraction.method == Nothing;
        prop_assert_eq!(nothing, extracted.code.is_empty(), "{}", text);
    }

    #[test]
    fn a_fenced_program_comes_out_as_it_went_in(
        names in proptest::collection::vec("[a-z]{3,6}", 1..6),
        before in "[A-Z][a-z]{2,5} [a-z]{2,5}\\.",
    ) {
        let mut program = String::new();
        for name in &names {
            writeln!(program, "v_{name} = int(input())\nprint(v_{name})").unwrap();
        }
        let text = format!("{before}\n```python\n{program}```\n{before}");
        prop_assert_eq!(extract(&answer(&text), None).code, program);
    }
}
