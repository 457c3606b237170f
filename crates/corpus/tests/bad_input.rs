//! Every way in which a file can be bad, in both modes: the wording of the error, and what is kept.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use scrl_corpus::{Format, Mode, Records, import, read_problems, read_samples, read_seed_results};
use tempfile::TempDir;

const GOOD: &str = r#"{"id": "a", "kind": "stdin", "tests": [{"input": "1", "output": "2"}]}"#;
const PLUS: &str = r#"{"prompt": "p", "canonical_solution": "s", "starter_code": "def f():", "difficulty": "interview", "inputs": ["1"], "outputs": ["2"]}"#;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// What a strict and a lenient reader say, without the folder's name.
    fn told<T>(&self, title: &str, read: impl Fn(Mode) -> Records<T>) -> String {
        let strict = match read(Mode::Strict).read_all() {
            Ok((records, _)) => format!("{} records", records.len()),
            Err(error) => error.to_string(),
        };
        let lenient = match read(Mode::Lenient).read_all() {
            Ok((_, summary)) => summary.to_string(),
            Err(error) => error.to_string(),
        };
        format!("## {title}\nstrict: {strict}\nlenient: {lenient}\n\n")
            .replace(&format!("{}/", self.0.path().display()), "")
    }
}

#[test]
fn problem_files() {
    let folder = Folder::new();
    let mut told = String::new();
    let cases: [(&str, Vec<u8>); 14] = [
        ("empty file", Vec::new()),
        ("blank lines only", b"\n  \n".to_vec()),
        ("line that is cut", format!("{GOOD}\n{}", &GOOD[..40]).into_bytes()),
        ("broken line, good one after it", format!("{{,}}\n\n{GOOD}\n").into_bytes()),
        ("invalid UTF-8", [b"\n{\"id\": \"\xff\"}\n", GOOD.as_bytes()].concat()),
        ("no object", format!("5\n{GOOD}").into_bytes()),
        ("missing id", br#"{"kind": "stdin"}"#.to_vec()),
        ("empty id", br#"{"id": " ", "kind": "stdin"}"#.to_vec()),
        ("unknown kind", br#"{"id": "a", "kind": "file"}"#.to_vec()),
        ("duplicate id", format!("{GOOD}\n{GOOD}").into_bytes()),
        (
            "stdin test that is no string",
            br#"{"id": "a", "kind": "stdin", "tests": [{"input": "", "output": ""}, {"input": [1], "output": ""}]}"#.to_vec(),
        ),
        (
            "call test without arguments",
            br#"{"id": "a", "kind": "call", "entry_point": "f", "tests": [{"input": "x", "output": null}]}"#.to_vec(),
        ),
        ("call without entry point", br#"{"id": "a", "kind": "call"}"#.to_vec()),
        (
            "test without output",
            br#"{"id": "a", "kind": "stdin", "tests": [{"input": ""}]}"#.to_vec(),
        ),
    ];
    for (title, bytes) in cases {
        let path = folder.file("problems.jsonl", &bytes);
        told += &folder.told(title, |mode| {
            read_problems(std::slice::from_ref(&path), mode)
        });
    }
    insta::assert_snapshot!(told);
}

#[test]
fn arrays() {
    let folder = Folder::new();
    let mut told = String::new();
    let unequal = PLUS.replace("[\"2\"]", "[]");
    let cases = [
        ("cut within a record", format!("[{PLUS}, {}", &PLUS[..50])),
        ("cut behind a comma", format!("[{PLUS},")),
        (
            "record of unequal tests, good one after it",
            format!("[{PLUS}, {unequal}, {PLUS}]"),
        ),
        ("wrong type, good one after it", format!("[3, {PLUS}]")),
        (
            "broken syntax in the middle",
            format!("[{PLUS}, {{\"prompt\" \"p\"}}, {PLUS}]"),
        ),
        ("missing comma", format!("[{PLUS} {PLUS}]")),
        ("comma too many", format!("[{PLUS},]")),
        ("text after the array", format!("[{PLUS}] x")),
        ("empty array", "[]".to_owned()),
        (
            "call without def",
            PLUS.replace("def f():", "")
                .replace("\"1\"", "[1]")
                .replace("\"2\"", "[2]"),
        ),
    ];
    for (title, text) in cases {
        let path = folder.file("data.json", text.as_bytes());
        told += &folder.told(title, |mode| import(Format::AppsPlus, &path, mode));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn positions_number_the_records_whatever_is_skipped() {
    let folder = Folder::new();
    let path = folder.file("data.json", format!("[{PLUS}, {{}}, {PLUS}]").as_bytes());
    let (problems, summary) = import(Format::AppsPlus, &path, Mode::Lenient)
        .read_all()
        .unwrap();
    let ids: Vec<&str> = problems.iter().map(|problem| problem.id.as_str()).collect();
    assert_eq!(ids, ["apps_plus_0", "apps_plus_2"]);
    assert_eq!((summary.read, summary.kept, summary.skipped), (3, 2, 1));
    assert_eq!(summary.examples[0].index, Some(1));
}

#[test]
fn a_cut_gzip_keeps_what_was_read_and_goes_on_with_the_next_file() {
    let folder = Folder::new();
    let mut text = String::new();
    for index in 0..2000 {
        // Digits that do not repeat keep the stream long, so that the cut leaves whole records before it.
        let noise = u64::wrapping_mul(index + 1, 0x9e37_79b9_7f4a_7c15);
        writeln!(text, r#"{{"id": "{index}-{noise}", "kind": "stdin"}}"#).unwrap();
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    let bytes = encoder.finish().unwrap();
    let cut = folder.file("cut.jsonl.gz", &bytes[..bytes.len() / 2]);
    let good = folder.file("good.jsonl", GOOD.as_bytes());
    let files = [cut, good];
    let error = read_problems(&files, Mode::Strict)
        .read_all()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("cut.jsonl.gz` cannot be read beyond record"),
        "{error}"
    );
    let (problems, summary) = read_problems(&files, Mode::Lenient).read_all().unwrap();
    assert!(problems.len() > 500, "{}", problems.len());
    assert_eq!(problems.last().unwrap().id.as_str(), "a");
    assert_eq!((summary.kept, summary.skipped), (problems.len() as u64, 1));
    assert_eq!(summary.incomplete.len(), 1);
    assert!(!summary.is_complete());
}

#[test]
fn an_absent_file_is_an_error_in_both_modes() {
    let absent = PathBuf::from("absent.jsonl");
    for mode in [Mode::Strict, Mode::Lenient] {
        assert!(
            read_problems(std::slice::from_ref(&absent), mode)
                .read_all()
                .is_err()
        );
        assert!(
            import(Format::Apps, Path::new("absent"), mode)
                .read_all()
                .is_err()
        );
    }
}

#[test]
fn duplicate_ids_are_found_across_files() {
    let folder = Folder::new();
    let files = [
        folder.file("one.jsonl", GOOD.as_bytes()),
        folder.file("two.jsonl", GOOD.replace("\"2\"", "\"3\"").as_bytes()),
    ];
    let told = folder.told("", |mode| read_problems(&files, mode));
    assert!(told.contains("`two.jsonl`, record 0 (counted from 0), line 1: key `id`: `a` was used before, by record 0 of `one.jsonl`"), "{told}");
    assert!(
        told.contains("read 2, kept 1, skipped 1: 1 duplicate id"),
        "{told}"
    );
}

#[test]
fn a_record_that_stands_in_two_files_is_taken_once() {
    let folder = Folder::new();
    let files = [
        folder.file("one.jsonl", GOOD.as_bytes()),
        folder.file("two.jsonl", GOOD.as_bytes()),
    ];
    let (problems, summary) = read_problems(&files, Mode::Strict).read_all().unwrap();
    assert_eq!(
        (problems.len(), summary.read, summary.kept, summary.repeated),
        (1, 2, 1, 1)
    );
    assert!(summary.is_complete());
}

#[test]
fn samples_and_results() {
    let folder = Folder::new();
    let samples = folder.file(
        "samples.jsonl",
        b"{\"task_id\": \"t\", \"completion\": \"\"}\n{\"task_id\": \"t\"}\n",
    );
    let results = folder.file("val.jsonl", br#"{"prompt_id": "p", "rsec": 2}"#);
    let told = folder.told("sample without text", |mode| {
        read_samples(std::slice::from_ref(&samples), mode)
    }) + &folder.told("result without prompt", |mode| {
        read_seed_results(std::slice::from_ref(&results), mode)
    });
    insta::assert_snapshot!(told);
}

#[test]
fn skipped_records_beyond_the_list_are_still_counted() {
    let folder = Folder::new();
    let path = folder.file("bad.jsonl", "{}\n".repeat(1000).as_bytes());
    let (_, summary) = read_problems(&[path], Mode::Lenient).read_all().unwrap();
    assert_eq!(
        (summary.skipped, summary.by_reason["missing key"]),
        (1000, 1000)
    );
    assert_eq!(summary.examples.len(), scrl_corpus::SKIPPED_LISTED);
}
