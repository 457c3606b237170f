//! Hostile programs end as verdicts and leave nothing behind; honest ones are accepted. At every isolation level.

#![allow(clippy::print_stderr, reason = "a skipped test says so")]

mod suite;

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fs, thread};

use scrl_grade::suite::{Program, grade, limits, run_honest, run_hostile, settings};
use scrl_grade::{Dossiers, Grader, Python, Task};
use scrl_record::{FaultOwner, Verdict};
use scrl_sandbox::{Error, Host, Level, Sandbox, Wall};

use suite::leftovers::Leftovers;
use suite::{hostile, sandbox};

/// What a test leaves behind is counted for the whole process, so the tests take turns.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|status| status.uid() == 0)
}

/// The host without `forgone`, or nothing, said loudly, where that is below `level`.
fn host_at(level: Level, forgone: &[Wall]) -> Option<Arc<Host>> {
    let host = Host::detect_without(forgone);
    if host.walls().level() == level {
        return Some(Arc::new(host));
    }
    eprintln!(
        "SKIPPED: level {level} cannot be had on this machine: {:?}",
        host.walls().missing()
    );
    None
}

/// Runs both folders in batches, and at level A each test in a process of its own too, and lists everything that is not
/// as the headers say.
fn run_suite(host: &Arc<Host>) {
    run_suite_with(host, false);
    if host.walls().level() == Level::A {
        run_suite_with(host, true);
    }
}

fn run_suite_with(host: &Arc<Host>, isolated: bool) {
    let level = host.walls().level();
    let before = Leftovers::count();
    let sandbox = sandbox(host, limits(), level);
    let mut wrong = honest_deviations(&sandbox, isolated);
    wrong.extend(run_hostile(&sandbox, isolated, &Program::hostile()).expect("the suite runs"));
    assert!(
        wrong.is_empty(),
        "level {level}, isolated: {isolated}:\n{}",
        wrong.join("\n")
    );
    assert_eq!(
        before,
        Leftovers::count(),
        "level {level} left something behind"
    );
}

/// What is not as the headers of the honest programs say.
fn honest_deviations(sandbox: &Sandbox, isolated: bool) -> Vec<String> {
    let mut honest = Program::honest();
    honest.retain(is_runnable);
    run_honest(sandbox, isolated, &honest).expect("the suite runs")
}

fn is_runnable(program: &Program) -> bool {
    let Some(module) = program.needs() else {
        return true;
    };
    let there = Command::new("python3")
        .args(["-c", &format!("import {module}")])
        .output();
    let runnable = there.is_ok_and(|output| output.status.success());
    if !runnable {
        eprintln!("SKIPPED: {}: python3 has no {module}", program.name);
    }
    runnable
}

#[test]
fn every_attack_ends_as_a_verdict_at_level_a() {
    let _turn = alone();
    if let Some(host) = host_at(Level::A, &[]) {
        run_suite(&host);
    }
}

#[test]
fn every_attack_ends_as_a_verdict_at_level_b() {
    let _turn = alone();
    if let Some(host) = host_at(Level::B, &[Wall::Cgroup]) {
        run_suite(&host);
    }
}

#[test]
fn every_attack_ends_as_a_verdict_at_level_c() {
    let _turn = alone();
    if let Some(host) = host_at(Level::C, &[Wall::Namespaces, Wall::Cgroup]) {
        run_suite(&host);
    }
}

/// Nothing hostile is run there: nothing would stop it.
#[test]
fn honest_programs_pass_at_level_d() {
    let _turn = alone();
    let forgone = [
        Wall::Namespaces,
        Wall::Seccomp,
        Wall::Landlock,
        Wall::Cgroup,
    ];
    if let Some(host) = host_at(Level::D, &forgone) {
        let wrong = honest_deviations(&sandbox(&host, limits(), Level::D), false);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// As root: the two tests below once more, in a process of another user. A user namespace needs no root.
#[test]
fn every_attack_ends_as_a_verdict_without_root() {
    let _turn = alone();
    if !is_root() {
        for (level, forgone) in [
            (Level::B, &[][..]),
            (Level::C, &[Wall::Namespaces, Wall::Cgroup]),
        ] {
            if let Some(host) = host_at(level, forgone) {
                run_suite(&host);
            }
        }
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let executable = copy_for_others(folder.path());
    let output = Command::new("setpriv")
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
        .arg(executable)
        .args([
            "--exact",
            "every_attack_ends_as_a_verdict_without_root",
            "--nocapture",
        ])
        .current_dir(folder.path())
        .output();
    let Ok(output) = output else {
        eprintln!("SKIPPED: running without root: there is no `setpriv`");
        return;
    };
    let text = String::from_utf8_lossy(&output.stderr);
    eprintln!("{text}");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

/// Copies this executable to where every user can run it.
fn copy_for_others(folder: &Path) -> PathBuf {
    let open = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    open(folder);
    let executable = folder.join("attacks-test");
    fs::copy(std::env::current_exe().unwrap(), &executable).unwrap();
    open(&executable);
    executable
}

/// Sources that hurt whoever parses them, too large to be files.
#[test]
fn parser_bombs_are_verdicts() {
    let _turn = alone();
    let Some(host) = host_at(Level::A, &[]) else {
        return;
    };
    let n = 100_000;
    let bombs = [
        ("nul", "print(1)\0print('never seen')".to_owned()),
        (
            "nul_after_answer",
            "print('guess')\n\0this is no Python".to_owned(),
        ),
        ("parentheses", "(".repeat(n)),
        ("closed_parentheses", "(".repeat(n) + &")".repeat(n)),
        ("brackets", "[".repeat(n)),
        ("braces", "{".repeat(n)),
        ("minus", "-".repeat(n) + "1"),
        ("not", "not ".repeat(n) + "1"),
        ("lambda", "lambda:".repeat(n) + "1"),
        ("plus", "1".to_owned() + &"+1".repeat(n)),
        ("attributes", "a".to_owned() + &".b".repeat(n)),
        ("calls", "a".to_owned() + &"()".repeat(n)),
        ("assignments", "x=".repeat(n) + "1"),
        ("comparisons", "1".to_owned() + &"<1".repeat(n)),
        (
            "await",
            "async def f():\n ".to_owned() + &"await ".repeat(n) + "f",
        ),
        ("power", "1".to_owned() + &"**1".repeat(n)),
        ("conditional", "1 if 1 else ".repeat(n) + "1"),
        (
            "indentation",
            (0..2000).map(|i| " ".repeat(i) + "if 1:\n").collect(),
        ),
        (
            "elif",
            "if 0: pass\n".to_owned() + &"elif 0: pass\n".repeat(n / 4),
        ),
        ("fstring", "f'{".repeat(200) + "1" + &"}'".repeat(200)),
        ("digits", "x = ".to_owned() + &"9".repeat(n * 4)),
        ("name", "x".repeat(n * 10)),
        ("folded", "x = 'a' * 2 ** 40 * 2 ** 10".to_owned()),
        ("folded_power", "x = 9 ** 9 ** 9".to_owned()),
        ("patterns", "match 1:\n case ".to_owned() + &"[".repeat(n)),
        ("carriage", "#\r".repeat(n) + "print('guess')"),
        (
            "encoding",
            "# -*- coding: utf-7 -*-\n+AHAAcgBpAG4AdAAoADEAKQ-".to_owned(),
        ),
        (
            "form_feed",
            "\u{feff}\u{c}if 1:\n\tprint(1)\n        print(2)".to_owned(),
        ),
    ];
    let programs: Vec<Program> = bombs
        .into_iter()
        .map(|(name, code)| Program::new(name, &code))
        .collect();
    let sandbox = sandbox(&host, limits(), Level::A);
    for graded in grade(&sandbox, limits(), true, &programs).expect("the programs are run") {
        assert_eq!(graded.fault, None, "{}", graded.sample_id);
        for test in graded.tests.as_ref().unwrap() {
            assert_ne!(test.verdict, Verdict::Accepted, "{}", graded.sample_id);
            if graded.sample_id.as_str().starts_with("nul") {
                assert_eq!(test.verdict, Verdict::SyntaxError, "{}", graded.sample_id);
            }
        }
    }
}

#[test]
fn seeds_and_addresses_are_the_same_in_every_zygote() {
    let _turn = alone();
    let Some(host) = host_at(Level::A, &[]) else {
        return;
    };
    let sandbox = sandbox(&host, limits(), Level::A);
    let program = hostile("hash_seed");
    let task = Task::Script {
        stdin: "",
        call: None,
    };
    let output = || {
        let mut worker = sandbox.worker().unwrap();
        let ran = scrl_grade::run(&mut worker, program.code.as_str(), task, &limits()).unwrap();
        String::from_utf8(ran.outcome.stdout).unwrap()
    };
    assert_eq!(output(), output());
    assert!(!output().is_empty());
}

#[test]
fn below_the_asked_level_nothing_runs() {
    let _turn = alone();
    let python = Python::find("python3").unwrap();
    let refused = |forgone: &[Wall], lowest| {
        let host = Arc::new(Host::detect_without(forgone));
        let result = Sandbox::new(host, Arc::new(python.runtime()), limits(), lowest);
        result
            .expect_err("less is offered than asked for")
            .to_string()
    };
    let message = refused(&[Wall::Cgroup, Wall::Landlock], Level::A);
    assert!(message.contains("cgroup: left out on request"), "{message}");
    assert!(
        message.contains("landlock: left out on request"),
        "{message}"
    );
    let message = refused(&[Wall::Namespaces], Level::B);
    assert!(
        message.contains("namespaces") && message.contains("--level C"),
        "{message}"
    );
    for forgone in [&[Wall::Seccomp][..], &[Wall::Namespaces, Wall::Landlock]] {
        let message = refused(forgone, Level::C);
        assert!(
            message.contains("programs that you trust: `--level D`"),
            "{message}"
        );
    }
}

/// Ids of the zygotes below this process: the children of its threads.
fn zygotes() -> Vec<u32> {
    let tasks = fs::read_dir("/proc/self/task").unwrap().flatten();
    tasks
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|text| {
            text.split_whitespace()
                .map(|pid| pid.parse().unwrap())
                .collect::<Vec<u32>>()
        })
        .collect()
}

#[test]
fn a_zygote_killed_during_a_run_is_a_fault_and_the_next_run_works() {
    let _turn = alone();
    if !is_root() {
        eprintln!("SKIPPED: killing a zygote needs root");
        return;
    }
    for (level, forgone) in [
        (Level::A, &[][..]),
        (Level::C, &[Wall::Namespaces, Wall::Cgroup]),
    ] {
        let Some(host) = host_at(level, forgone) else {
            continue;
        };
        let before = Leftovers::count();
        kill_during_a_run(&sandbox(&host, limits(), level));
        // A program whose zygote is gone is killed by the kernel, which may take a moment.
        let gone = (0..100).any(|_| {
            thread::sleep(Duration::from_millis(20));
            before == Leftovers::count()
        });
        assert!(
            gone,
            "level {level}: {before:?} became {:?}",
            Leftovers::count()
        );
    }
}

fn kill_during_a_run(sandbox: &Sandbox) {
    let sleeper = hostile("sleeping");
    let (sample, problem) = (sleeper.sample(), sleeper.problem(1));
    let settings = settings(limits(), true);
    let dossiers = Dossiers::default();
    let mut grader = Grader::start(sandbox, &settings, &dossiers).unwrap();
    let assignment = scrl_grade::Assignment {
        sample,
        problem: Some(&problem),
        constant_baseline: None,
    };
    let first = thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(700));
            for pid in zygotes() {
                Command::new("kill")
                    .args(["-9", &pid.to_string()])
                    .status()
                    .unwrap();
            }
        });
        grader.grade(&assignment)
    });
    let fault = first.fault.as_ref().expect("a lost zygote is a fault");
    assert_eq!(fault.owner, FaultOwner::Infrastructure, "{}", fault.reason);
    assert_eq!(first.tests, None);
    assert_eq!(first.tests_passed, None);
    let rewards = serde_json::to_value(&first.rewards).unwrap();
    let numbers = rewards
        .as_object()
        .unwrap()
        .values()
        .filter(|value| value.is_number())
        .count();
    assert_eq!(numbers, 0, "a faulted sample has no rewards: {rewards}");
    let again = grader.grade(&assignment);
    assert_eq!(again.fault, None);
    assert_eq!(again.tests.unwrap()[0].verdict, Verdict::TimeLimit);
}

#[test]
fn a_dropped_worker_leaves_nothing() {
    let _turn = alone();
    for (level, forgone) in [
        (Level::A, &[][..]),
        (Level::C, &[Wall::Namespaces, Wall::Cgroup]),
    ] {
        let Some(host) = host_at(level, forgone) else {
            continue;
        };
        let sandbox = sandbox(&host, limits(), level);
        let before = Leftovers::count();
        for _ in 0..3 {
            drop(sandbox.worker().unwrap());
        }
        assert_eq!(before, Leftovers::count());
    }
}

/// Where nothing keeps a program from starting processes, one that outlives it must not write into the next run.
#[test]
fn what_a_program_leaves_behind_has_no_part_in_the_next_run() {
    let _turn = alone();
    for forgone in [
        &[Wall::Seccomp][..],
        &[Wall::Seccomp, Wall::Namespaces, Wall::Cgroup],
    ] {
        let Some(host) = host_at(Level::D, forgone) else {
            continue;
        };
        let sandbox = sandbox(&host, limits(), Level::D);
        let mut worker = sandbox.worker().unwrap();
        let mut output = |code| {
            let task = Task::Script {
                stdin: "",
                call: None,
            };
            let ran = scrl_grade::run(&mut worker, code, task, &limits()).unwrap();
            String::from_utf8(ran.outcome.stdout).unwrap()
        };
        let leaves = "import os, time\nif os.fork() == 0:\n for _ in range(20):\n  os.write(1, b'stray ')\n  time.sleep(.1)\nelse:\n time.sleep(.3)\n os._exit(0)";
        assert!(output(leaves).starts_with("stray"));
        let waits = "import time\ntime.sleep(.5)\nprint('own')";
        assert_eq!(output(waits), "own\n");
    }
}

/// Nine times 12,000 honest runs and both suites of attacks: `cargo test --release -p scrl-grade --test attacks -- --ignored
/// --nocapture`.
#[test]
#[ignore = "takes a quarter of an hour"]
fn a_hundred_thousand_runs_leave_nothing_behind() {
    let _turn = alone();
    let Some(host) = host_at(Level::A, &[]) else {
        return;
    };
    let code = "# tests: 200\n# expected: 499500\ninput()\nprint(sum(i for i in range(1000)))";
    let honest: Vec<Program> = (0..60)
        .map(|number| Program::new(&format!("sum {number}"), code))
        .collect();
    let (mut runs, mut first) = (0, None);
    for round in 1..=9 {
        let isolated = round % 2 == 1;
        let sandbox = sandbox(&host, limits(), Level::A);
        let mut wrong = run_honest(&sandbox, isolated, &honest).expect("the programs run");
        for isolated in [true, false] {
            wrong.extend(run_hostile(&sandbox, isolated, &Program::hostile()).expect("it runs"));
        }
        assert!(wrong.is_empty(), "round {round}:\n{}", wrong.join("\n"));
        runs += honest.len() * 200 + Program::hostile().len() * 3;
        let (left, resident) = (Leftovers::count(), resident_kib());
        eprintln!("{runs} runs, {} MiB resident", resident / 1024);
        let (before, early) = first.get_or_insert_with(|| (left.clone(), resident));
        assert_eq!(*before, left, "round {round} left something behind");
        assert!(
            resident < *early + (8 << 10),
            "{early} KiB became {resident}"
        );
    }
    assert!(runs > 100_000);
}

/// Memory of this process, which is the supervisor of all runs.
fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let text = line.unwrap().trim().trim_end_matches(" kB");
    text.parse().unwrap()
}

#[test]
fn a_missing_interpreter_is_an_error_that_names_it() {
    let _turn = alone();
    let Some(host) = host_at(Level::A, &[]) else {
        return;
    };
    let mut runtime = Python::find("python3").unwrap().runtime();
    runtime.executable = "/nowhere/python3".into();
    let error = Sandbox::new(host, Arc::new(runtime), limits(), Level::A).unwrap_err();
    assert!(matches!(error, Error::Executable { .. }), "{error}");
    assert!(error.to_string().contains("/nowhere/python3"), "{error}");
}
