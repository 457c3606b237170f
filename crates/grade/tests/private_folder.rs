//! What a run finds in its private folder, and what it leaves there for the next: nothing. At every level that has one.

#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use scrl_grade::suite::{limits, settings};
use scrl_grade::{Assignment, Python, grade_all};
use scrl_record::{FaultOwner, Graded, Problem, Sample};
use scrl_sandbox::{Host, Level, Sandbox, Wall};
use serde_json::json;

fn problem(files: &serde_json::Value) -> Problem {
    serde_json::from_value(json!({
        "id": "p", "kind": "stdin", "tests": [{"input": "", "output": "ok"}, {"input": "", "output": "ok"}],
        "files": files,
    }))
    .expect("a problem")
}

fn usual() -> Problem {
    problem(&json!([
        {"path": "a/note.txt", "text": "one"},
        {"path": "app.db", "sql": "create table t (x); insert into t values (7);"},
        {"path": "empty", "folder": "to write to"},
        {"path": "link", "link": "a/note.txt"},
    ]))
}

/// Grades programs one after another in one zygote, each on its own problem.
fn graded_at(level: Level, forgone: &[Wall], work: &[(&str, Problem)]) -> Option<Vec<Graded>> {
    let host = Host::detect_without(forgone);
    if host.walls().level() != level {
        eprintln!(
            "SKIPPED: level {level} cannot be had: {:?}",
            host.walls().missing()
        );
        return None;
    }
    // Without namespaces the program's own user must be able to reach the interpreter.
    let name = if level == Level::C {
        "/usr/bin/python3"
    } else {
        "python3"
    };
    let python = Python::find(name).expect("a python3");
    let sandbox = Sandbox::new(Arc::new(host), Arc::new(python.runtime()), limits(), level)
        .expect("the machine offers the level");
    let samples: Vec<Sample> = work
        .iter()
        .enumerate()
        .map(|(at, (code, _))| {
            let sample = json!({"id": at.to_string(), "problem_id": "p", "code": code});
            serde_json::from_value(sample).expect("a sample")
        })
        .collect();
    let pairs = samples.iter().zip(work);
    let assignments: Vec<Assignment<'_>> = pairs
        .map(|(sample, (_, problem))| Assignment {
            sample,
            problem: Some(problem),
            constant_baseline: None,
        })
        .collect();
    let mut graded = Vec::new();
    let (settings, stop) = (settings(limits(), false), AtomicBool::new(false));
    grade_all(&sandbox, &settings, 1, &assignments, &stop, |one| {
        graded.push(one.clone());
        Ok(())
    })
    .expect("it runs");
    Some(graded)
}

const LEVELS: [(Level, &[Wall]); 2] = [(Level::A, &[]), (Level::B, &[Wall::Cgroup])];

/// Reads what is given, and writes as programs do; each run must find it as it was given.
const READS_AND_WRITES: &str = "
import os
import sqlite3

found = sorted(os.listdir('/task'))
assert found == ['a', 'app.db', 'empty', 'link'], found
assert os.listdir('/task/empty') == [], os.listdir('/task/empty')
assert open('/task/link').read() == 'one'
database = sqlite3.connect('/task/app.db')
assert database.execute('select x from t').fetchall() == [(7,)]
database.execute('insert into t values (8)')
database.commit()
database.close()
with open('/task/a/note.txt', 'w') as file:
    file.write('two')
os.mkdir('/task/empty/deep')
with open('/task/empty/deep/x', 'w') as file:
    file.write('mine')
os.chmod('/task/empty/deep/x', 0o600)
os.replace('/task/empty/deep/x', '/task/left-behind')
os.chdir('/task/empty')
with open('relative', 'w') as file:
    file.write('mine')
os.mkdir('closed')
os.chmod('closed', 0)
print('ok')
";

/// Sees an empty folder and can write nowhere.
const WITHOUT_FILES: &str = "
import os
assert os.listdir('/task') == [], os.listdir('/task')
for path in ('/task/x', '/x', '/scrl/x'):
    try:
        open(path, 'w')
    except OSError:
        continue
    raise SystemExit(path)
print('ok')
";

/// Can write in the folder and nowhere else, whatever it calls the place.
const STAYS_INSIDE: &str = "
import os
for path in ('/x', '/task/../x', '/usr/x', '/scrl/x', '/task/up/x', '../x'):
    try:
        open(path, 'w')
    except OSError:
        continue
    raise SystemExit(path)
for make in (lambda: os.symlink('/', '/task/root'), lambda: os.mkfifo('/task/pipe'), lambda: os.link('/task/f', '/task/g')):
    try:
        make()
    except OSError:
        continue
    raise SystemExit('made')
print('ok')
";

#[test]
fn each_run_finds_the_folder_as_it_was_given() {
    for (level, forgone) in LEVELS {
        let work = [
            (READS_AND_WRITES, usual()),
            (WITHOUT_FILES, problem(&json!([]))),
            (READS_AND_WRITES, usual()),
        ];
        let Some(graded) = graded_at(level, forgone, &work) else {
            continue;
        };
        for (at, graded) in graded.iter().enumerate() {
            let (passed, fault) = (graded.tests_passed, &graded.fault);
            assert_eq!(
                passed,
                Some(2),
                "{level} {at}: {:?} {fault:?}",
                graded.tests
            );
            assert_eq!(
                graded.events.is_empty(),
                at != 1,
                "{level}: {:?}",
                graded.events
            );
        }
    }
}

#[test]
fn nothing_can_be_written_beside_the_folder() {
    for (level, forgone) in LEVELS {
        let files = json!([{"path": "up", "link": "/"}, {"path": "f", "text": ""}]);
        let work = [(STAYS_INSIDE, problem(&files))];
        let Some(graded) = graded_at(level, forgone, &work) else {
            continue;
        };
        assert_eq!(
            graded[0].tests_passed,
            Some(2),
            "{level}: {:?}",
            graded[0].tests
        );
        assert!(!graded[0].events.is_empty());
    }
}

#[test]
fn a_full_folder_is_the_programs_own_trouble_and_the_next_one_has_room() {
    let fills = "
with open('/task/big', 'wb') as file:
    try:
        for _ in range(64):
            file.write(bytes(1 << 20))
        file.flush()
    except OSError as error:
        print('full')
";
    let (level, forgone) = LEVELS[0];
    let work = [(fills, usual()), (READS_AND_WRITES, usual())];
    let Some(graded) = graded_at(level, forgone, &work) else {
        return;
    };
    assert_eq!((graded[0].tests_passed, &graded[0].fault), (Some(0), &None));
    assert_eq!(graded[1].tests_passed, Some(2), "{:?}", graded[1].tests);
}

#[test]
fn files_that_cannot_be_are_the_problems_fault() {
    for (files, named) in [
        (json!([{"path": "../x", "text": ""}]), "`../x`"),
        (json!([{"path": "/etc/x", "text": ""}]), "`/etc/x`"),
        (json!([{"path": "x", "hex": "0"}]), "hexadecimal"),
        (json!([{"path": "x.db", "sql": "create nonsense"}]), "near"),
    ] {
        let work = [("print('ok')", problem(&files))];
        let Some(graded) = graded_at(Level::A, &[], &work) else {
            return;
        };
        let fault = graded[0].fault.as_ref().expect("a fault");
        assert_eq!(fault.owner, FaultOwner::Problem);
        assert!(fault.reason.contains(named), "{}", fault.reason);
    }
}

#[test]
fn without_namespaces_files_are_a_fault_that_says_why() {
    let forgone = [Wall::Namespaces, Wall::Cgroup];
    let work = [("print('ok')", usual())];
    let Some(graded) = graded_at(Level::C, &forgone, &work) else {
        return;
    };
    let fault = graded[0].fault.as_ref().expect("a fault");
    assert!(fault.reason.contains("levels A and B"), "{}", fault.reason);
}
