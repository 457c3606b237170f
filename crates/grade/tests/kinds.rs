//! A program gets the zygote that has loaded what it imports. A package of the name stands in for numpy, which not every
//! machine has; it notes in which process it was loaded.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use scrl_grade::suite::{limits, settings};
use scrl_grade::{Assignment, NUMPY, Python, grade_all};
use scrl_record::{Graded, Problem, Sample};
use scrl_sandbox::{Host, Level, Sandbox};
use serde_json::json;

/// An interpreter that has a package called numpy.
fn python_with(package: &str, folder: &Path) -> Python {
    let venv = folder.join("venv");
    let made = Command::new("python3")
        .args(["-m", "venv", "--without-pip"])
        .arg(&venv)
        .status()
        .expect("a python3");
    assert!(made.success());
    let interpreter = venv.join("bin/python");
    let place = Command::new(&interpreter)
        .args([
            "-c",
            "import sysconfig; print(sysconfig.get_path('purelib'), end='')",
        ])
        .output()
        .expect("it starts");
    let place = Path::new(std::str::from_utf8(&place.stdout).unwrap()).join("numpy");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("__init__.py"), package).unwrap();
    fs::write(
        place.join("random.py"),
        "seeds = []\ndef seed(number):\n    seeds.append(number)\n",
    )
    .unwrap();
    Python::find(interpreter.to_str().unwrap()).expect("a Python")
}

/// What each program printed in each of two tests passes, or not.
fn graded(python: &Python, programs: &[&str]) -> Vec<Graded> {
    let runtime = Arc::new(python.runtime());
    let sandbox = Sandbox::new(Arc::new(Host::detect()), runtime, limits(), Level::D).unwrap();
    assert!(sandbox.of_kind(NUMPY).is_some());
    let problem: Problem = serde_json::from_value(json!({
        "id": "p", "kind": "stdin", "tests": [{"input": "", "output": "ok"}, {"input": "", "output": "ok"}],
    }))
    .unwrap();
    let assignments = programs.iter().enumerate().map(|(at, code)| {
        let sample = json!({"id": at.to_string(), "problem_id": "p", "code": code});
        let sample: Sample = serde_json::from_value(sample)?;
        Ok(Assignment {
            sample,
            problem: Some(&problem),
            constant_baseline: None,
        })
    });
    let mut all = Vec::new();
    let (settings, stop) = (settings(limits(), false), AtomicBool::new(false));
    grade_all(&sandbox, &settings, 1, assignments, &stop, |one| {
        all.push(one.clone());
        Ok(())
    })
    .expect("it runs");
    all
}

fn passed(graded: &Graded) -> Option<u32> {
    assert_eq!(graded.fault, None);
    graded.tests_passed
}

#[test]
fn what_is_imported_is_loaded_once_for_all_programs() {
    let folder = tempfile::tempdir().unwrap();
    let python = python_with(
        "import os\nLOADED_IN = os.getpid()\nnote = []\n",
        folder.path(),
    );
    let graded = graded(
        &python,
        &[
            // Before this process was forked, and seeded; what the other test noted is not here.
            "import os, numpy, numpy.random\nprint('ok' if numpy.LOADED_IN != os.getpid() \
             and numpy.random.seeds == [0] and not numpy.note else 'no')\nnumpy.note.append(1)\n",
            // Those who do not use it do not pay for it.
            "import sys\nprint('no' if 'numpy' in sys.modules else 'ok')\n",
            // Nobody can know of this one: it imports for itself.
            "import os\nnumpy = __import__('numpy')\nprint('ok' if numpy.LOADED_IN == os.getpid() else 'no')\n",
        ],
    );
    let passed: Vec<_> = graded.iter().map(passed).collect();
    assert_eq!(passed, [Some(2); 3], "{graded:#?}");
}

#[test]
fn a_package_that_cannot_be_loaded_is_the_programs_matter() {
    let folder = tempfile::tempdir().unwrap();
    let python = python_with("raise ValueError('broken')\n", folder.path());
    let graded = graded(
        &python,
        &[
            "try:\n    import numpy\nexcept ValueError as error:\n    print('ok' if str(error) == 'broken' else 'no')\n",
        ],
    );
    assert_eq!(passed(&graded[0]), Some(2), "{graded:#?}");
}
