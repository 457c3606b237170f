//! The cache of results: the same records in less time, and never a wrong one, whoever else writes, whatever is killed.

mod common;

use std::fs;
use std::path::PathBuf;

use common::{Place, Ran, without_measured};

/// Endless loops end soon, and everything else in the suite needs a tenth of this.
const SUITE: &str =
    "grade --problems problems.jsonl --samples samples.jsonl --cpu-limit 0.3 --level C --limit 90";
const SAMPLES: usize = 90;

/// How many results came from the cache, by the command's own words.
fn hits(ran: &Ran) -> usize {
    let words = ran
        .stderr
        .lines()
        .find_map(|line| line.strip_prefix("cache: "));
    let number = words.and_then(|words| words.split(' ').next());
    number
        .and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("no word of the cache: {}", ran.stderr))
}

/// Samples of which no test ran out of time: a time-out may have been decided by load, then it is not kept.
fn lasting(graded: &str) -> usize {
    let lines = graded.lines();
    lines
        .filter(|line| !line.contains("\"time_limit\""))
        .count()
}

fn shards(place: &Place) -> Vec<PathBuf> {
    let entries = fs::read_dir(place.path("cache")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.file_name().unwrap().len() == 3);
    paths.sort();
    paths
}

#[test]
fn a_repeated_run_takes_its_results_from_the_cache() {
    let place = Place::with_starter_suite();
    let first = place
        .scrl(&format!("{SUITE} --cache cache --out first"))
        .expect(0);
    assert_eq!(hits(&first), 0);
    let second = place
        .scrl(&format!("{SUITE} --cache cache --out second"))
        .expect(0);
    let (first, graded) = (
        place.read("first/graded.jsonl"),
        place.read("second/graded.jsonl"),
    );
    assert!(hits(&second) >= lasting(&first), "{}", second.stderr);
    let measured_again = first
        .lines()
        .zip(graded.lines())
        .filter(|(a, b)| a != b)
        .count();
    assert!(
        measured_again <= SAMPLES - hits(&second),
        "measured times are those of the first run"
    );
    assert_eq!(without_measured(&graded), without_measured(&first));
    assert_eq!(place.read("second/run.json"), place.read("first/run.json"));
    assert!(place.read("second/run.json").contains("\"cache\": true"));
}

#[test]
fn whatever_decides_a_result_is_part_of_its_name() {
    let place = Place::with_fixtures();
    let grade = "grade --problems problems.jsonl --samples samples.jsonl --level C --cache cache";
    let run = |number: usize, more: &str| {
        place
            .scrl(&format!("{grade} --out run-{number} {more}"))
            .expect(0)
    };
    let first = run(0, "");
    assert_eq!(hits(&first), 0);
    let all = hits(&run(1, ""));
    assert!(all > 3, "{all}");
    let settings = [
        "--cpu-limit 4",
        "--memory-limit 512",
        "--output-limit 8",
        "--isolated",
        "--stop-at failure",
        "--repeat 2",
        "--compare exact",
    ];
    for (number, more) in settings.into_iter().enumerate() {
        let got = hits(&run(2 + number, more));
        assert!(got < all, "{more}: {got} of {all}");
    }
    let wrong = place.read("problems.jsonl").replace("\"8\\n\"", "\"9\\n\"");
    place.write("problems.jsonl", wrong);
    let got = hits(&run(9, ""));
    assert!(got < all, "another expected output: {got} of {all}");
    let verdicts = |number: usize| place.read(&format!("run-{number}/graded.jsonl"));
    let accepted = |text: &str| text.matches("\"accepted\"").count();
    assert!(accepted(&verdicts(9)) < accepted(&verdicts(0)));
}

#[test]
fn two_processes_and_kills_leave_no_wrong_result() {
    let place = Place::with_starter_suite();
    place.scrl(&format!("{SUITE} --out reference")).expect(0);
    let expected = without_measured(&place.read("reference/graded.jsonl"));
    for round in 0..2 {
        let out = |name: &str| format!("{SUITE} --cache cache --out {name}-{round} --jobs 2");
        let mut killed = place.start(&out("killed"));
        let mut other = place.start(&out("other"));
        place.wait_for_lines(
            &format!("killed-{round}/graded.jsonl"),
            20 + 40 * round,
            &mut killed,
        );
        killed.kill().unwrap();
        killed.wait().unwrap();
        assert!(other.wait().unwrap().success());
        let got = without_measured(&place.read(&format!("other-{round}/graded.jsonl")));
        assert_eq!(got, expected, "round {round}");
    }
    let again = place
        .scrl(&format!("{SUITE} --cache cache --out again"))
        .expect(0);
    assert!(hits(&again) >= lasting(&expected), "{}", again.stderr);
    assert_eq!(
        without_measured(&place.read("again/graded.jsonl")),
        expected
    );
}

#[test]
fn a_damaged_cache_gives_no_wrong_result() {
    let place = Place::with_starter_suite();
    place
        .scrl(&format!("{SUITE} --cache cache --out first"))
        .expect(0);
    let expected = without_measured(&place.read("first/graded.jsonl"));
    let whole = hits(
        &place
            .scrl(&format!("{SUITE} --cache cache --out whole"))
            .expect(0),
    );
    for (number, path) in shards(&place).into_iter().enumerate() {
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        match number % 4 {
            0 => bytes.truncate(middle),
            1 => bytes[middle] ^= 1,
            2 => bytes[5] ^= 0x80,
            _ => continue,
        }
        fs::write(&path, bytes).unwrap();
    }
    let damaged = place
        .scrl(&format!("{SUITE} --cache cache --out damaged"))
        .expect(0);
    let hits_left = hits(&damaged);
    assert!(
        hits_left > 0 && hits_left < whole / 2,
        "{hits_left} of {whole}"
    );
    assert_eq!(
        without_measured(&place.read("damaged/graded.jsonl")),
        expected
    );
    // What was damaged is mended.
    let mended = hits(
        &place
            .scrl(&format!("{SUITE} --cache cache --out mended"))
            .expect(0),
    );
    assert!(mended >= lasting(&expected), "{mended}");
}

#[test]
fn a_cache_that_cannot_be_used_is_named() {
    let place = Place::with_fixtures();
    let grade = "grade --problems problems.jsonl --samples samples.jsonl --level C --out run";
    let ran = place
        .scrl(&format!("{grade} --cache samples.jsonl"))
        .expect(2);
    assert!(
        ran.stderr.contains("the cache folder `samples.jsonl`"),
        "{}",
        ran.stderr
    );
    assert!(!place.exists("run"), "nothing is begun");
    place.scrl(&format!("{grade} --cache-size 100")).expect(2);
    place
        .scrl(&format!("{grade} --cache cache --cache-size 1"))
        .expect(2);
}

#[test]
fn a_run_with_a_cache_is_not_continued_without() {
    let place = Place::with_fixtures();
    let grade = "grade --problems problems.jsonl --samples samples.jsonl --level C --out run";
    place.scrl(&format!("{grade} --cache cache")).expect(0);
    let ran = place.scrl(grade).expect(2);
    assert!(
        ran.stderr
            .contains("another `cache`: true there, false now"),
        "{}",
        ran.stderr
    );
}

/// A problem with a reference solution, one whose solution is wrong, and one without; each answered by a right program
/// and one that never ends.
#[test]
fn time_limits_follow_reference_solutions() {
    let place = Place::empty();
    let problem = |id: &str, solutions: &str| {
        let tests = r#"[{"input": "2\n", "output": "4\n"}, {"input": "3\n", "output": "6\n"}]"#;
        format!(
            r#"{{"id": "{id}", "kind": "stdin", "tests": {tests}, "canonical_solutions": {solutions}}}"#
        )
    };
    let problems = [
        problem("known", r#"["print(3)", "print(2 * int(input()))"]"#),
        problem("wrong", r#"["print(3)"]"#),
        problem("unknown", "[]"),
    ];
    place.write("problems.jsonl", problems.join("\n"));
    let programs = [
        ("right", "print(2 * int(input()))"),
        ("loop", "while True: pass"),
    ];
    let samples: Vec<String> = ["known", "wrong", "unknown"]
        .iter()
        .flat_map(|id| {
            programs.map(|(name, code)| {
                format!(r#"{{"id": "{id}/{name}", "problem_id": "{id}", "model": "m", "code": "{code}"}}"#)
            })
        })
        .collect();
    place.write("samples.jsonl", samples.join("\n"));
    let grade = "grade --problems problems.jsonl --samples samples.jsonl --level C --cpu-limit 1.5";
    place.scrl(&format!("{grade} --out plain")).expect(0);
    assert!(!place.read("plain/graded.jsonl").contains("time_limit_ms"));
    let graded = |out: &str| -> Vec<serde_json::Value> {
        let text = place.read(&format!("{out}/graded.jsonl"));
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    for (out, more) in [
        ("one", ""),
        ("two", "--cache cache"),
        ("three", "--cache cache"),
    ] {
        place
            .scrl(&format!("{grade} --reference-limit 10 --out {out} {more}"))
            .expect(0);
        let limits: Vec<f64> = graded(out)
            .iter()
            .map(|graded| graded["time_limit_ms"].as_f64().unwrap())
            .collect();
        assert_eq!(limits, [500.0, 500.0, 1500.0, 1500.0, 1500.0, 1500.0]);
    }
    let plain = without_measured(&place.read("plain/graded.jsonl"));
    let limited = without_measured(&place.read("one/graded.jsonl"));
    let without_limit = |text: &str| {
        text.replace(r#","time_limit_ms":500.0"#, "")
            .replace(r#","time_limit_ms":1500.0"#, "")
    };
    assert_eq!(without_limit(&limited), plain);
    assert!(
        place
            .read("one/run.json")
            .contains("\"reference_limit\": 10.0")
    );
    place
        .scrl(&format!("{grade} --reference-limit 0.5 --out four"))
        .expect(2);
}
