//! What the tests of hostile and honest programs share; the programs are those of `scrl_grade::suite`.

pub(crate) mod leftovers;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use scrl_grade::Python;
use scrl_grade::suite::Program;
use scrl_sandbox::{Host, Level, Limits, Sandbox};

pub(crate) fn sandbox(host: &Arc<Host>, limits: Limits, lowest: Level) -> Sandbox {
    Sandbox::new(
        Arc::clone(host),
        Arc::new(python(lowest).runtime()),
        limits,
        lowest,
    )
    .expect("the machine offers the level")
}

/// Without namespaces the program's own user must be able to reach the interpreter.
fn python(level: Level) -> Python {
    let found = Python::find("python3").expect("a python3 on the search path");
    let reachable = found.runtime().executable.ancestors().all(|folder| {
        fs::metadata(folder).is_ok_and(|status| status.permissions().mode() & 0o001 != 0)
    });
    if level >= Level::B || reachable {
        return found;
    }
    Python::find("/usr/bin/python3").expect("a python3 that every user can reach")
}

/// The hostile program of this name.
pub(crate) fn hostile(name: &str) -> Program {
    let mut all = Program::hostile().into_iter();
    all.find(|program| program.name == name)
        .expect("a program of the suite")
}
