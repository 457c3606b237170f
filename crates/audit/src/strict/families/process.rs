//! Processes: commands that a shell reads, and programs that someone else chooses.
//!
//! Flagged: `subprocess.run(f"ls {name}", shell=True)`, `subprocess.run(["sh", "-c", line])`, `os.system(line)`,
//! `subprocess.run([program])` of a request. Accepted: `os.system("clear")`, `subprocess.run(["ls", name])`,
//! `subprocess.run("ls *.txt", shell=True)`.

use crate::strict::analysis::Analysis;
use crate::strict::calls::Called;
use crate::strict::catalogue as rules;
use crate::strict::report::Weight;
use crate::strict::value::{Clean, Kind, Level, Taint, Value};

/// Shells, as the first of a list of arguments.
const SHELLS: &[&str] = &[
    "sh",
    "bash",
    "zsh",
    "/bin/sh",
    "/bin/bash",
    "cmd",
    "cmd.exe",
    "powershell",
    "ksh",
    "dash",
];

impl<'a> Analysis<'a> {
    pub(super) fn processes(&mut self, called: &Called<'_, 'a>) {
        if is_remote_shell(called.name) {
            return self.remote_shell(called);
        }
        if matches!(
            called.path,
            "os.system" | "os.popen" | "subprocess.getoutput" | "subprocess.getstatusoutput"
        ) {
            return self.unknown_line(called, called.positional.first());
        }
        if !is_subprocess(called.path) {
            return;
        }
        let Some(command) = called.argument(0, "args") else {
            return;
        };
        let shell = called
            .keyword("shell")
            .is_some_and(|value| value.truth() != Some(false));
        if shell {
            self.shell_line(called, command);
        } else {
            self.program(called, command);
        }
    }

    fn shell_line(&mut self, called: &Called<'_, 'a>, command: &Value) {
        match command.dirty(Clean::SHELL) {
            Some(taint) => self.run_by_shell(called, taint, "is run by a shell"),
            None => self.unknown_line(called, Some(command)),
        }
    }

    fn run_by_shell(&mut self, called: &Called<'_, 'a>, taint: Taint, how: &'static str) {
        self.used(
            &rules::COMMAND,
            called.at,
            taint,
            Clean::SHELL,
            Level::File,
            how,
        );
    }

    /// A line that is neither written in the source nor traced.
    fn unknown_line(&mut self, called: &Called<'_, 'a>, line: Option<&Value>) {
        let Some(line) = line.filter(|line| line.taint.is_none()) else {
            return;
        };
        if matches!(line.kind, Kind::Unknown | Kind::Path(_)) {
            let words = "a command from elsewhere is run by a shell";
            self.report.add(
                &rules::COMMAND,
                called.at,
                Weight::suspected(&rules::COMMAND),
                words,
            );
        }
    }

    fn program(&mut self, called: &Called<'_, 'a>, command: &Value) {
        let Kind::Display(elements) = &command.kind else {
            if let Some(taint) = command.dirty(Clean::SHELL) {
                let floor = if matches!(command.kind, Kind::Assembled(_)) {
                    Level::Parameter
                } else {
                    Level::Outside
                };
                self.used(
                    &rules::PROGRAM,
                    called.at,
                    taint,
                    Clean::SHELL,
                    floor,
                    "names the program to run",
                );
            }
            return;
        };
        let first = elements.first();
        let shell = first
            .and_then(Value::as_text)
            .is_some_and(|name| SHELLS.contains(&name));
        if shell {
            let line = elements[1..]
                .iter()
                .map(|value| value.dirty(Clean::SHELL))
                .fold(None, Taint::join);
            if let Some(taint) = line {
                self.run_by_shell(called, taint, "is run by a shell");
            }
        } else if let Some(taint) = first.and_then(|value| value.dirty(Clean::SHELL)) {
            self.used(
                &rules::PROGRAM,
                called.at,
                taint,
                Clean::SHELL,
                Level::Outside,
                "names the program to run",
            );
        }
    }

    fn remote_shell(&mut self, called: &Called<'_, 'a>) {
        let Some(line) = called.positional.first() else {
            return;
        };
        if let (Kind::Assembled(_), Some(taint)) = (&line.kind, line.dirty(Clean::SHELL)) {
            self.run_by_shell(called, taint, "is run by a remote shell");
        }
    }
}

/// Whether a name says that a line is handed to a shell, perhaps on another machine: `_run_ssh`, `exec_shell`.
fn is_remote_shell(name: &str) -> bool {
    (name.contains("ssh") || name.contains("shell"))
        && (name.contains("run") || name.contains("exec"))
}

fn is_subprocess(path: &str) -> bool {
    matches!(
        path,
        "subprocess.run"
            | "subprocess.call"
            | "subprocess.check_call"
            | "subprocess.check_output"
            | "subprocess.Popen"
            | "asyncio.create_subprocess_exec"
    )
}
