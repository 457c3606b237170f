//! What holds for any problem and for any bytes.

use std::path::PathBuf;

use proptest::prelude::*;
use scrl_corpus::{
    Format, Mode, import, read_problems, read_samples, read_seed_results, write_problem,
};
use scrl_record::{CallStyle, Compare, CompareMode, Kind, Problem, RawJson, Test};
use tempfile::NamedTempFile;

fn call_test() -> impl Strategy<Value = Test> {
    (
        "[0-9]{1,40}",
        any::<f64>(),
        ".{0,8}",
        prop::option::of("[a-z]{1,4}"),
    )
        .prop_map(|(digits, float, text, tag)| {
            let float = if float.is_finite() { float } else { 0.5 };
            let text = RawJson::of(&text);
            let input = format!("[1{digits}, {float:?}, {{\"k\":{}}}]", text.as_json());
            Test {
                input: RawJson::parse(input).unwrap(),
                output: RawJson::parse("null".to_owned()).unwrap(),
                tag,
            }
        })
}

fn stdin_test() -> impl Strategy<Value = Test> {
    (any::<String>(), any::<String>()).prop_map(|(input, output)| Test {
        input: RawJson::of(&input),
        output: RawJson::of(&output),
        tag: None,
    })
}

prop_compose! {
    fn problem()(
        call in any::<bool>(),
        texts in prop::array::uniform6(any::<String>()),
        calls in prop::collection::vec(call_test(), 0..4),
        stdins in prop::collection::vec(stdin_test(), 0..4),
        solutions in prop::collection::vec(any::<String>(), 0..3),
        tolerance in 1e-12_f64..1.0,
        origin_id in prop::option::of("[A-Z]{1,5}/[a-z]{1,3}"),
    ) -> Problem {
        let [source, split, difficulty, prompt, starter_code, need] = texts;
        Problem {
            id: "p".into(),
            source, split, difficulty, prompt, starter_code,
            kind: if call { Kind::Call } else { Kind::Stdin },
            entry_point: call.then(|| "Solution.m".to_owned()),
            tests: if call { calls } else { stdins },
            canonical_solutions: solutions,
            call_style: call.then_some(CallStyle::Method),
            compare: call.then_some(Compare { mode: CompareMode::JsonValue, tolerance }),
            atol: call.then_some(tolerance),
            origin_id,
            needs: vec![need],
            cwes: Vec::new(),
            family: None,
            exploit_tests: Vec::new(),
            files: Vec::new(),
            preamble: String::new(),
            insecure_solutions: Vec::new(),
        }
    }
}

/// Text that is nearly JSON reaches deeper than noise does.
fn nearly_json() -> impl Strategy<Value = Vec<u8>> {
    let token = prop::sample::select(vec![
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\"",
        "\n",
        "null",
        "1",
        "\"id\"",
        "\"kind\"",
        "\"stdin\"",
        "\"tests\"",
        "\"inputs\"",
        "\"outputs\"",
        "\"prompt\"",
        "\"task_id\"",
        "\"code\"",
        "\\",
        "\u{feff}",
    ]);
    let near = prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat().into_bytes());
    prop_oneof![near, prop::collection::vec(any::<u8>(), 0..60)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_problem_reads_back_as_it_was_written(problem in problem()) {
        let mut line = Vec::new();
        write_problem(&mut line, &problem).unwrap();
        prop_assert_eq!(line.split(|byte| *byte == b'\n').count(), 2);
        let file = NamedTempFile::new().unwrap();
        std::fs::write(file.path(), line).unwrap();
        let (read, _) = read_problems(&[file.path().to_owned()], Mode::Strict).read_all().unwrap();
        prop_assert_eq!(read, vec![problem]);
    }

    #[test]
    fn any_bytes_are_counted_and_none_panic(bytes in nearly_json()) {
        let file = NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let paths: Vec<PathBuf> = vec![file.path().to_owned()];
        let summaries = [
            import(Format::AppsPlus, file.path(), Mode::Lenient).read_all().map(|read| read.1),
            import(Format::Apps, file.path(), Mode::Lenient).read_all().map(|read| read.1),
            read_problems(&paths, Mode::Lenient).read_all().map(|read| read.1),
            read_samples(&paths, Mode::Lenient).read_all().map(|read| read.1),
            read_seed_results(&paths, Mode::Lenient).read_all().map(|read| read.1),
        ];
        for summary in summaries.into_iter().flatten() {
            prop_assert_eq!(summary.read, summary.kept + summary.skipped);
            prop_assert_eq!(summary.by_reason.values().sum::<u64>(), summary.skipped);
            prop_assert!(summary.read > 0 || !summary.incomplete.is_empty());
        }
    }
}
