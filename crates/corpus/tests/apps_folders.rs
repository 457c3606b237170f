//! The folder layout of APPS, made from problems of our own.

use std::fs;
use std::path::Path;

use scrl_corpus::{Format, Mode, import};
use scrl_record::{Kind, Problem};
use tempfile::TempDir;

fn write(folder: &Path, files: &[(&str, &str)]) {
    fs::create_dir_all(folder).unwrap();
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
}

fn read(root: &Path) -> Vec<Problem> {
    import(Format::Apps, root, Mode::Strict)
        .read_all()
        .unwrap()
        .0
}

const STDIN: [(&str, &str); 4] = [
    ("question.txt", "Read a number, print its double."),
    ("solutions.json", r#"["print(2 * int(input()))"]"#),
    (
        "input_output.json",
        r#"{"inputs": ["1\n"], "outputs": ["2\n"]}"#,
    ),
    (
        "metadata.json",
        r#"{"difficulty": "introductory", "url": "none"}"#,
    ),
];

#[test]
fn split_folders_and_single_folders() {
    let root = TempDir::new().unwrap();
    write(&root.path().join("train/0003"), &STDIN);
    write(
        &root.path().join("test/0003"),
        &[
            ("question.txt", "Double a number."),
            (
                "starter_code.py",
                "class Solution:\n    def double(self, n: int) -> int:\n",
            ),
            (
                "input_output.json",
                r#"{"fn_name": "double", "inputs": [[1]], "outputs": [[2]]}"#,
            ),
        ],
    );
    let problems = read(root.path());
    let ids: Vec<&str> = problems.iter().map(|problem| problem.id.as_str()).collect();
    assert_eq!(ids, ["apps-test-3", "apps-train-3"]);
    assert_eq!(problems[0].kind, Kind::Call);
    assert_eq!(problems[0].entry_point.as_deref(), Some("Solution.double"));
    assert_eq!(problems[0].origin_id.as_deref(), Some("test/0003"));
    assert_eq!(
        (problems[0].split.as_str(), problems[0].difficulty.as_str()),
        ("test", "")
    );
    assert_eq!(problems[1].kind, Kind::Stdin);
    assert_eq!(problems[1].difficulty, "introductory");
    assert_eq!(problems[1].canonical_solutions.len(), 1);
    assert_eq!(read(&root.path().join("train"))[0].id.as_str(), "apps-3");
    assert_eq!(read(&root.path().join("train/0003")).len(), 1);
}

#[test]
fn a_bad_folder_is_named_and_skipped_leniently() {
    let root = TempDir::new().unwrap();
    write(&root.path().join("0000"), &STDIN);
    write(&root.path().join("0001"), &STDIN);
    fs::write(root.path().join("0000/solutions.json"), "[").unwrap();
    let error = import(Format::Apps, root.path(), Mode::Strict)
        .read_all()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("0000`, record 0 (counted from 0): `solutions.json`"),
        "{error}"
    );
    let (problems, summary) = import(Format::Apps, root.path(), Mode::Lenient)
        .read_all()
        .unwrap();
    assert_eq!((problems.len(), summary.skipped), (1, 1));
    assert_eq!(summary.by_reason["unreadable file"], 1);
}

#[test]
fn folders_that_are_one_number_are_duplicates() {
    let root = TempDir::new().unwrap();
    write(&root.path().join("0001"), &STDIN);
    write(&root.path().join("1"), &STDIN);
    let error = import(Format::Apps, root.path(), Mode::Strict)
        .read_all()
        .unwrap_err()
        .to_string();
    assert!(error.contains("`apps-1` was used before"), "{error}");
}

#[test]
fn a_folder_without_problems_is_an_error() {
    let root = TempDir::new().unwrap();
    let error = import(Format::Apps, root.path(), Mode::Lenient)
        .read_all()
        .unwrap_err()
        .to_string();
    assert!(error.contains("holds no APPS problem"), "{error}");
}
