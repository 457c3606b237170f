//! The programs that are run, and on what.

use std::fmt::Write as _;
use std::process::Command;

/// A program, its test, and how many tests a sample has.
#[derive(Debug)]
pub(crate) struct Case {
    /// What the table calls it.
    pub(crate) name: &'static str,
    /// The program.
    pub(crate) code: &'static str,
    /// Tests of one sample; batched runners run them in one process.
    pub(crate) tests_per_sample: u32,
    /// The function to call, for a call problem.
    pub(crate) entry: Option<&'static str>,
    /// What it imports that not every interpreter has.
    pub(crate) module: Option<&'static str>,
}

const fn stdin(name: &'static str, code: &'static str, tests_per_sample: u32) -> Case {
    Case {
        name,
        code,
        tests_per_sample,
        entry: None,
        module: None,
    }
}

const TYPICAL: &str = include_str!("programs/typical.py");

/// Every case.
pub(crate) const CASES: &[Case] = &[
    stdin("hello", include_str!("programs/hello.py"), 1),
    stdin("typical", TYPICAL, 1),
    stdin("typical-3", TYPICAL, 3),
    stdin("typical-10", TYPICAL, 10),
    stdin("typical-20", TYPICAL, 20),
    Case {
        module: Some("numpy"),
        ..stdin("numpy", include_str!("programs/numpy_sum.py"), 1)
    },
    Case {
        entry: Some("Solution.longest_run"),
        ..stdin("call", include_str!("programs/call.py"), 1)
    },
];

impl Case {
    /// Whether `python` has what it imports; if not, that is said.
    pub(crate) fn is_runnable(&self, python: &str) -> bool {
        let Some(module) = self.module else {
            return true;
        };
        let there = Command::new(python)
            .args(["-c", &format!("import {module}")])
            .output()
            .is_ok_and(|output| output.status.success());
        if !there {
            crate::say(&format!(
                "SKIPPED: {}: `{python}` has no {module}",
                self.name
            ));
        }
        there
    }

    /// What the program reads: a count, and that many numbers.
    pub(crate) fn input() -> String {
        let mut text = "30\n".to_owned();
        for number in numbers() {
            let _ = write!(text, "{number} ");
        }
        text + "\n"
    }

    /// The arguments of a call, as JSON.
    pub(crate) fn arguments() -> String {
        let numbers: Vec<u32> = numbers().collect();
        format!("[{numbers:?}]")
    }
}

fn numbers() -> impl Iterator<Item = u32> {
    (1..=30).map(|i| i * 7919 % 1000)
}
