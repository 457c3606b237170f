//! `scrl run`: one program in the sandbox.

use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use scrl_grade::{Ran, Task};
use scrl_sandbox::Ending;
use serde_json::json;

use crate::Done;
use crate::execution::{Defaults, Execution, ExecutionArguments};

/// Run one program in the sandbox and say how it ended
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  echo 'print(int(input()) * 2)' > double.py\n  echo 21 | scrl run double.py \
                        --stdin -\n\nThe program's output goes to standard output, its errors and the verdict \
                        to standard error. Exit code 1 when it did not end well."
)]
pub(crate) struct Arguments {
    /// The program
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What it reads: a file, or `-` for standard input; nothing when not given
    #[arg(long, value_name = "FILE")]
    stdin: Option<PathBuf>,
    /// Print everything about the run as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    execution: ExecutionArguments,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let code = read_text(&arguments.file)?;
    let stdin = arguments
        .stdin
        .as_deref()
        .map_or(Ok(String::new()), read_text)?;
    let execution = arguments.execution.prepare(Defaults::UNTRUSTED)?;
    let mut worker = execution.sandbox.worker()?;
    let task = Task::Script {
        stdin: &stdin,
        call: None,
    };
    let ran = scrl_grade::run(&mut worker, code.as_str(), task, &execution.limits)?;
    if arguments.json {
        crate::show_json(&as_json(&ran, &execution))?;
    } else {
        std::io::stdout().write_all(&ran.outcome.stdout)?;
        std::io::stdout().flush()?;
        std::io::stderr().write_all(&ran.outcome.stderr)?;
        crate::say(&in_words(&ran, &execution));
    }
    Ok(if ran.ended_well() {
        Done::Well
    } else {
        Done::WithFindings
    })
}

fn read_text(path: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin()
            .read_to_end(&mut bytes)
            .context("standard input")?;
    } else {
        bytes = fs::read(path).with_context(|| format!("`{}`", path.display()))?;
    }
    String::from_utf8(bytes).with_context(|| format!("`{}` is not UTF-8", path.display()))
}

fn ending(ran: &Ran) -> String {
    match ran.outcome.ending {
        Ending::Exited(_) if ran.compiles == Some(false) => "does not compile".to_owned(),
        Ending::Exited(code) => format!("exit code {code}"),
        Ending::Signaled(number) => format!("ended by signal {number}"),
        Ending::CpuTime => "CPU time limit".to_owned(),
        Ending::WallTime => "wall time limit".to_owned(),
        Ending::Memory => "memory limit".to_owned(),
        Ending::Output => "output limit".to_owned(),
    }
}

/// Writing to a `String` cannot fail.
fn in_words(ran: &Ran, execution: &Execution) -> String {
    let usage = &ran.outcome.usage;
    let mut text = ending(ran);
    if let Some(raised) = &ran.raised {
        let _ = write!(text, " ({})", raised.describe());
    }
    let _ = write!(
        text,
        ", CPU {:.1} ms, wall {:.1} ms, memory {:.1} MiB, isolation level {}",
        usage.cpu.as_secs_f64() * 1e3,
        usage.wall.as_secs_f64() * 1e3,
        usage.peak as f64 / f64::from(1 << 20),
        execution.sandbox.walls().level(),
    );
    for event in &ran.outcome.events {
        let _ = write!(text, "\ndenied: {} ({})", event.call, event.kind);
    }
    text
}

fn as_json(ran: &Ran, execution: &Execution) -> serde_json::Value {
    let (outcome, walls) = (&ran.outcome, execution.sandbox.walls());
    json!({
        "ending": ending(ran),
        "ended_well": ran.ended_well(),
        "compiles": ran.compiles,
        "raised": ran.raised.as_ref().map(scrl_grade::Raised::describe),
        "stdout": String::from_utf8_lossy(&outcome.stdout),
        "stderr": String::from_utf8_lossy(&outcome.stderr),
        "cpu_ms": outcome.usage.cpu.as_secs_f64() * 1e3,
        "wall_ms": outcome.usage.wall.as_secs_f64() * 1e3,
        "peak_mib": outcome.usage.peak as f64 / f64::from(1 << 20),
        "events": outcome.events.iter().map(|event| json!({"kind": event.kind, "call": event.call}))
            .collect::<Vec<_>>(),
        "level": walls.level().to_string(),
        "walls": walls.standing().map(|wall| wall.to_string()).collect::<Vec<_>>(),
        "missing_walls": walls.missing().iter()
            .map(|(wall, reason)| json!({"wall": wall.to_string(), "reason": reason})).collect::<Vec<_>>(),
        "python": execution.python.version(),
    })
}
