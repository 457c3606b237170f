//! Failures of ours: what they hit ends without a verdict and without a reward, never with a wrong one; the run goes on
//! or stops with a message; and the same command, given again on a machine that is well, mends it.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::processes::{descendants, groups};
use common::{Place, Ran, SCRL, skipped, without_measured};
use serde_json::Value;

const GRADED: &str = "run/graded.jsonl";
const SAMPLES: usize = 30;
/// Sleepers would wait for the wall-clock stop: 15 s, which a stopped process costs.
const GRADE: &str =
    "grade --problems problems.jsonl --samples samples.jsonl --out run --cpu-limit 1 --jobs 2";

/// Programs that are right, and take a while each.
fn place() -> Place {
    let place = Place::empty();
    let problem = r#"{"id": "p", "kind": "stdin", "tests": [{"input": "3\n", "output": "6\n"}]}"#;
    place.write("problems.jsonl", problem);
    let sample = |number: usize| {
        let code = format!(r"print(int(input()) * 2)\nfor i in range(2000{number:03}): pass\n");
        format!(r#"{{"id": "s{number}", "problem_id": "p", "model": "m", "code": "{code}"}}"#)
    };
    let samples: Vec<String> = (0..SAMPLES).map(sample).collect();
    place.write("samples.jsonl", samples.join("\n"));
    place
}

/// False, said loudly, where a test needs root at level A.
fn is_level_a(place: &Place, test: &str) -> bool {
    let doctor = place.scrl("doctor --json --no-attacks").stdout;
    let doctor: Value = serde_json::from_str(&doctor).unwrap();
    let is_a = doctor["level"] == "A";
    if !is_a {
        skipped(&format!("{test}: this machine does not offer level A"));
    }
    is_a
}

fn start(place: &Place) -> Child {
    let mut command = place.command(GRADE);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").args([name, &pid.to_string()]).status();
    // It may have ended by itself meanwhile.
    let _ = status.unwrap();
}

/// The supervisor's own children, which are the zygotes.
fn zygotes(supervisor: u32) -> Vec<u32> {
    let parent = |pid: u32| common::processes::stat(pid).map(|(parent, _)| parent);
    let below = descendants(supervisor).into_iter().map(|(pid, _)| pid);
    below
        .filter(|pid| parent(*pid) == Some(supervisor))
        .collect()
}

/// Every line is a right answer, or a fault of ours without results and rewards; how many faults.
fn faults(place: &Place) -> usize {
    let mut count = 0;
    for line in place.read(GRADED).lines() {
        let graded: Value = serde_json::from_str(line).unwrap();
        if graded["fault"].is_null() {
            assert_eq!(graded["tests"][0]["verdict"], "accepted", "{line}");
            continue;
        }
        count += 1;
        assert_eq!(graded["fault"]["owner"], "infrastructure", "{line}");
        assert_eq!(graded["tests"], Value::Null, "{line}");
        assert_eq!(graded["tests_passed"], Value::Null, "{line}");
        assert_eq!(graded["rewards"], serde_json::json!({}), "{line}");
    }
    count
}

/// The same command on a machine that is well: every sample is there once, in order, and right.
fn assert_mends(place: &Place) {
    let ran = place.scrl(GRADE).expect(0);
    assert_eq!(faults(place), 0, "{}", ran.stderr);
    let ids: Vec<String> = place
        .read(GRADED)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["sample_id"].to_string())
        .collect();
    let expected: Vec<String> = (0..SAMPLES)
        .map(|number| format!("\"s{number}\""))
        .collect();
    assert_eq!(ids, expected);
}

/// Does `harm` to the running grader after some results, and expects that it costs at least one sample and no other.
fn assert_goes_on_after(test: &str, harm: impl Fn(u32)) {
    let place = place();
    if !is_level_a(&place, test) {
        return;
    }
    let mut child = start(&place);
    assert!(place.wait_for_lines(GRADED, 4, &mut child));
    harm(child.id());
    let ran = Ran::of(child.wait_with_output().unwrap()).expect(1);
    assert!(
        ran.stdout.contains("lost to faults of ours"),
        "{}",
        ran.stdout
    );
    assert_eq!(place.lines(GRADED), SAMPLES);
    let lost = faults(&place);
    assert!((1..=4).contains(&lost), "{lost} faults");
    assert_mends(&place);
}

#[test]
fn killed_zygotes_cost_their_samples() {
    assert_goes_on_after("killed_zygotes_cost_their_samples", |supervisor| {
        for zygote in zygotes(supervisor) {
            signal(zygote, "-KILL");
        }
    });
}

#[test]
fn a_stopped_zygote_is_given_up() {
    assert_goes_on_after("a_stopped_zygote_is_given_up", |supervisor| {
        signal(zygotes(supervisor)[0], "-STOP");
    });
}

#[test]
fn a_control_group_that_vanishes_costs_its_samples() {
    let test = "a_control_group_that_vanishes_costs_its_samples";
    assert_goes_on_after(test, |supervisor| {
        let mut found = Vec::new();
        groups(
            Path::new("/sys/fs/cgroup"),
            6,
            &BTreeSet::from([supervisor]),
            &mut found,
        );
        assert!(!found.is_empty());
        for group in found {
            remove_group(&group);
        }
    });
}

/// Moves the group's processes to the one above it until it can be removed.
fn remove_group(group: &Path) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while fs::remove_dir(group).is_err() {
        let Ok(processes) = fs::read_to_string(group.join("cgroup.procs")) else {
            return;
        };
        for process in processes.lines() {
            // It may have ended meanwhile.
            let _ = fs::write(group.parent().unwrap().join("cgroup.procs"), process);
        }
        assert!(Instant::now() < deadline, "the group cannot be removed");
    }
}

/// A program that somebody else stops cannot be told from one that stops itself.
#[test]
fn a_stopped_program_is_ended_by_the_wall_clock() {
    let place = place();
    if !is_level_a(&place, "a_stopped_program_is_ended_by_the_wall_clock") {
        return;
    }
    let mut child = start(&place);
    assert!(place.wait_for_lines(GRADED, 4, &mut child));
    let zygotes = zygotes(child.id());
    let is_program = |pid: &u32| !zygotes.contains(pid);
    let program = || {
        let mut below = descendants(child.id()).into_iter().map(|(pid, _)| pid);
        below.rfind(is_program)
    };
    let pid = std::iter::repeat_with(program)
        .take(10_000)
        .flatten()
        .next()
        .unwrap();
    signal(pid, "-STOP");
    Ran::of(child.wait_with_output().unwrap()).expect(0);
    let graded = place.read(GRADED);
    assert_eq!(graded.lines().count(), SAMPLES);
    let stopped = graded.matches("\"time_limit\"").count();
    assert!(stopped <= 1, "{graded}");
    assert_eq!(graded.matches("\"accepted\"").count(), SAMPLES - stopped);
}

#[test]
fn a_full_disk_stops_the_run_and_loses_nothing() {
    let place = place();
    // Long records fill a small disk soon.
    let samples = place
        .read("samples.jsonl")
        .replace("\"m\"", &format!("\"{}\"", "m".repeat(3000)));
    place.write("samples.jsonl", samples);
    place
        .scrl(&GRADE.replace("--out run", "--out reference --level C"))
        .expect(0);
    fs::create_dir(place.path("disk")).unwrap();
    let script = format!(
        "mount -t tmpfs -o size=48k tmpfs disk || exit 9; ln -s disk/run run; mkdir disk/run
         {SCRL} {GRADE} --level C; echo exit $? >&2
         mount -o remount,size=9m disk; {SCRL} {GRADE} --level C >&2; echo exit $? >&2; cat {GRADED}"
    );
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", &script])
        .current_dir(place.path("."))
        .output();
    let Ok(output) = output else {
        return skipped("a full disk: there is no `unshare`");
    };
    let ran = Ran::of(output);
    if ran.code != Some(0) {
        return skipped(&format!(
            "a full disk: no file system can be mounted: {}",
            ran.stderr
        ));
    }
    let (full, more) = ran
        .stderr
        .split_once("exit 2")
        .expect("the first run stops");
    assert!(
        full.contains("the results could not be written: No space left"),
        "{full}"
    );
    assert!(more.contains("are graded already, going on"), "{more}");
    assert!(more.ends_with("exit 0\n"), "{more}");
    let expected = without_measured(&place.read("reference/graded.jsonl"));
    assert_eq!(without_measured(&ran.stdout), expected);
}

/// Starts the grader under a limit of the shell; it may only end well, or say what failed, and never judge wrongly.
fn assert_fails_closed(place: &Place, limit: &str) -> Ran {
    let _ = fs::remove_dir_all(place.path("run"));
    let script = format!("ulimit {limit} && exec {SCRL} {GRADE} --level C");
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(place.path("."))
        .output();
    let ran = Ran::of(output.unwrap());
    let lost = if place.exists(GRADED) {
        faults(place)
    } else {
        0
    };
    match ran.code {
        Some(0) => assert_eq!((lost, place.lines(GRADED)), (0, SAMPLES), "{limit}"),
        Some(1) => assert!(lost > 0, "{limit}: {ran:?}"),
        Some(2) => assert!(ran.stderr.contains("error: "), "{limit}: {ran:?}"),
        // Out of memory the process is aborted, or cannot even be loaded.
        _ => assert!(!ran.stderr.is_empty(), "{limit}: {ran:?}"),
    }
    ran
}

#[test]
fn too_few_descriptors_are_no_verdict() {
    let place = place();
    let codes = [4, 8, 10, 12, 14, 16, 18, 20, 24, 28, 64]
        .map(|count| assert_fails_closed(&place, &format!("-S -n {count}")).code);
    assert_ne!(codes[0], Some(0));
    assert_eq!(codes[codes.len() - 1], Some(0));
    // What programs may have open is another limit.
    let ran = assert_fails_closed(&place, "-n 64");
    let is_named = ran.stderr.contains("open files (`ulimit -n`) is 64");
    assert!(ran.code == Some(0) || is_named, "{ran:?}");
}

/// Limits of memory, file size and time that a batch system sets: they are the grader's, not the programs'.
#[test]
fn inherited_limits_are_no_verdict() {
    let place = place();
    for kib in [60_000, 150_000, 400_000, 1_000_000] {
        assert_fails_closed(&place, &format!("-v {kib}"));
    }
    for limit in ["-S -v 900000", "-S -d 200000", "-f 8", "-t 2", "-S -s 512"] {
        assert_fails_closed(&place, limit);
    }
}

#[test]
fn a_limit_that_cannot_be_raised_is_named() {
    let place = place();
    let copy: PathBuf = place.path("scrl");
    fs::copy(SCRL, &copy).unwrap();
    let open = Command::new("chmod")
        .args(["-R", "a+rwX"])
        .arg(place.path("."))
        .status();
    assert!(open.unwrap().success());
    let script =
        format!("ulimit -v 900000 && exec ./scrl {GRADE} --level C --python /usr/bin/python3");
    let output = Command::new("setpriv")
        .args([
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "sh",
            "-c",
            &script,
        ])
        .current_dir(place.path("."))
        .output();
    let Ok(output) = output else {
        return skipped("an inherited limit without root: there is no `setpriv`");
    };
    let ran = Ran::of(output);
    if ran.stderr.contains("setpriv:") || ran.stderr.contains("cannot be started") {
        return skipped(&format!("an inherited limit without root: {}", ran.stderr));
    }
    let ran = ran.expect(2);
    assert!(
        ran.stderr
            .contains("address space (`ulimit -v`) is 921600000"),
        "{}",
        ran.stderr
    );
    assert!(!place.exists("run/graded.jsonl"), "nothing is begun");
}

#[test]
fn a_cache_on_a_full_disk_costs_the_cache_only() {
    let place = place();
    let script = format!(
        "mkdir disk; mount -t tmpfs -o size=8k,nr_inodes=4 tmpfs disk || exit 9
         {SCRL} {GRADE} --level C --cache disk"
    );
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", &script])
        .current_dir(place.path("."))
        .output();
    let Ok(output) = output else {
        return skipped("a cache on a full disk: there is no `unshare`");
    };
    let ran = Ran::of(output);
    if ran.code == Some(9) {
        return skipped("a cache on a full disk: no file system can be mounted");
    }
    let ran = ran.expect(0);
    assert_eq!(faults(&place), 0);
    assert!(ran.stderr.contains("it failed "), "{}", ran.stderr);
}
