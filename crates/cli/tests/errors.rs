//! What users read when something is wrong, word for word: the file, the record, the key, and what to do.

mod common;

use std::io::Write as _;

use common::Place;
use insta::assert_snapshot;

const GRADE: &str = "grade --problems problems.jsonl --samples samples.jsonl --out run --level C";

/// The words of a command that could not run, and that therefore printed no data.
fn refusal(place: &Place, arguments: &str) -> String {
    let ran = place.scrl(arguments).expect(2);
    assert_eq!(ran.stdout, "", "{arguments}");
    ran.stderr
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_missing_file() {
    let place = Place::with_fixtures();
    let arguments = GRADE.replace("samples.jsonl", "absent.jsonl");
    assert_snapshot!(refusal(&place, &arguments));
    assert!(!place.exists("run"), "nothing is begun");
}

#[test]
fn a_cut_gzip_file() {
    let place = Place::with_fixtures();
    let whole = gzip(place.read("problems.jsonl").as_bytes());
    place.write("problems.jsonl", &whole[..whole.len() - 20]);
    assert_snapshot!(refusal(&place, GRADE));
}

#[test]
fn a_whole_gzip_file_is_read() {
    let place = Place::with_fixtures();
    let whole = gzip(place.read("problems.jsonl").as_bytes());
    place.write("problems.jsonl", whole);
    place.scrl(GRADE).expect(0);
}

#[test]
fn a_container_that_is_not_read() {
    let place = Place::with_fixtures();
    place.write("problems.jsonl", b"PK\x03\x04 and so on");
    assert_snapshot!(refusal(&place, GRADE));
}

#[test]
fn invalid_utf8() {
    let place = Place::with_fixtures();
    place.write(
        "samples.jsonl",
        b"{\"problem_id\": \"demo/add\", \"code\": \"caf\xe9\"}\n",
    );
    assert_snapshot!(refusal(&place, GRADE));
}

#[test]
fn a_line_that_is_cut() {
    let place = Place::with_fixtures();
    let text = place.read("samples.jsonl");
    place.write("samples.jsonl", &text[..text.len() - 30]);
    assert_snapshot!(refusal(&place, GRADE));
}

#[test]
fn lenient_reading_counts_what_it_leaves_out() {
    let place = Place::with_fixtures();
    let text = place.read("samples.jsonl");
    place.write("samples.jsonl", &text[..text.len() - 30]);
    let ran = place.scrl(&format!("{GRADE} --lenient")).expect(0);
    let told: Vec<&str> = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("samples: "))
        .collect();
    assert_snapshot!(told.join("\n"));
    assert_eq!(place.lines("run/graded.jsonl"), 8);
}

#[test]
fn an_array_that_is_cut() {
    let place = Place::with_fixtures();
    let text = place.read("apps_plus.json");
    place.write("apps_plus.json", &text[..text.len() - 40]);
    let arguments = "corpus import apps-plus apps_plus.json --out imported.jsonl";
    assert_snapshot!(refusal(&place, arguments));
    assert!(
        !place.exists("imported.jsonl"),
        "no half a file under its name"
    );
}

#[test]
fn a_wrong_type() {
    let place = Place::with_fixtures();
    let text = place
        .read("problems.jsonl")
        .replace("\"demo/add\"", "[\"demo\"]");
    place.write("problems.jsonl", text);
    assert_snapshot!(refusal(&place, GRADE));
}

#[test]
fn a_missing_key() {
    let place = Place::with_fixtures();
    place.write("samples.jsonl", "{\"problem_id\": \"demo/add\"}\n");
    assert_snapshot!(refusal(&place, GRADE));
}

#[test]
fn tests_of_unequal_length() {
    let place = Place::with_fixtures();
    let text = place
        .read("apps_plus.json")
        .replace("\"10\\n\"", "\"10\\n\", \"12\\n\"");
    place.write("apps_plus.json", text);
    let arguments = "corpus import apps-plus apps_plus.json --out imported.jsonl";
    assert_snapshot!(refusal(&place, arguments));
}

#[test]
fn an_empty_file() {
    let place = Place::with_fixtures();
    place.write("problems.jsonl", "");
    assert_snapshot!(refusal(&place, GRADE));
}

#[test]
fn an_unknown_compare_mode() {
    let place = Place::with_fixtures();
    let arguments = format!("{GRADE} --compare fuzzy");
    assert_snapshot!(refusal(&place, &arguments));
}

#[test]
fn a_compare_mode_for_text_on_returned_values() {
    let place = Place::with_fixtures();
    let arguments = format!("{GRADE} --compare tokens");
    assert_snapshot!(refusal(&place, &arguments));
}

#[test]
fn a_folder_of_a_run_with_other_settings() {
    let place = Place::with_fixtures();
    place.scrl(GRADE).expect(0);
    let arguments = format!("{GRADE} --cpu-limit 2");
    assert_snapshot!(refusal(&place, &arguments));
}

#[test]
fn a_folder_of_a_run_with_other_files() {
    let place = Place::with_fixtures();
    place.scrl(GRADE).expect(0);
    let graded = place.read("run/graded.jsonl");
    place.write(
        "samples.jsonl",
        "{\"problem_id\": \"demo/add\", \"code\": \"\"}\n",
    );
    let said = refusal(&place, GRADE);
    assert!(
        said.contains("holds a run with another `samples`"),
        "{said}"
    );
    assert_eq!(graded, place.read("run/graded.jsonl"));
}

#[test]
fn a_folder_with_other_samples() {
    let place = Place::with_fixtures();
    place.scrl(GRADE).expect(0);
    let graded = place.read("run/graded.jsonl");
    let arguments = format!("{GRADE} --only add/*");
    assert_snapshot!(refusal(&place, &arguments));
    assert_eq!(graded, place.read("run/graded.jsonl"));
}

#[test]
fn results_without_their_description() {
    let place = Place::with_fixtures();
    place.scrl(GRADE).expect(0);
    std::fs::remove_file(place.path("run/run.json")).unwrap();
    assert_snapshot!(refusal(&place, GRADE));
}

#[test]
fn a_line_of_results_that_is_damaged() {
    let place = Place::with_fixtures();
    place.scrl(GRADE).expect(0);
    place.write("run/graded.jsonl", "{\"sample\": \"double/right\"}\n");
    assert_snapshot!(refusal(&place, GRADE));
}

#[test]
fn an_interpreter_that_is_not_there() {
    let place = Place::with_fixtures();
    let arguments = format!("{GRADE} --python no-such-python");
    assert_snapshot!(refusal(&place, &arguments));
}

#[test]
fn an_interpreter_that_is_none() {
    let place = Place::with_fixtures();
    let arguments = format!("{GRADE} --python echo");
    let said = refusal(&place, &arguments);
    assert!(
        said.starts_with("error: `echo` does not answer as a Python 3 interpreter does"),
        "{said}"
    );
}

#[test]
fn a_pattern_that_matches_nothing() {
    let place = Place::with_fixtures();
    let arguments = format!("{GRADE} --only nobody*");
    assert_snapshot!(refusal(&place, &arguments));
}

#[test]
fn a_filter_that_matches_nothing() {
    let place = Place::with_fixtures();
    let arguments =
        "corpus filter --problems problems.jsonl --difficulty hopeless --out none.jsonl";
    assert_snapshot!(refusal(&place, arguments));
    assert!(!place.exists("none.jsonl"));
}

#[test]
fn a_report_of_what_is_no_run() {
    let place = Place::with_fixtures();
    assert_snapshot!(refusal(&place, "report nowhere --out report"));
    assert_snapshot!(refusal(&place, "report samples.jsonl --out report"));
}

#[test]
fn a_program_that_is_not_text() {
    let place = Place::empty();
    place.write("program.py", b"print('caf\xe9')");
    assert_snapshot!(refusal(&place, "run program.py --level C"));
}

#[test]
fn an_audit_of_nothing() {
    let place = Place::empty();
    assert_snapshot!(refusal(&place, "audit ."));
    assert_snapshot!(refusal(&place, "audit absent.py"));
}
