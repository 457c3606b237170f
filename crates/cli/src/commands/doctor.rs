//! `scrl doctor`: what this machine offers.

use std::sync::Arc;

use clap::Args;
use scrl_grade::{Python, Task};
use scrl_sandbox::{Host, Level, Limits, Sandbox, Wall};
use serde_json::json;

use crate::Done;

/// Say what this machine offers: isolation level, each wall, the interpreter
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  scrl doctor --python ./venv/bin/python\n\nExit code 1 when the isolation \
                        level is below A, or the interpreter cannot be used."
)]
pub(crate) struct Arguments {
    /// Python interpreter to look at
    #[arg(long, default_value = "python3", value_name = "PYTHON")]
    python: String,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let host = Arc::new(Host::detect());
    let walls = host.walls().clone();
    let python = Python::find(&arguments.python).map_err(|error| error.to_string());
    let trial = python
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|python| try_run(&host, python));
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    if arguments.json {
        crate::show_json(&json!({
            "level": walls.level().to_string(),
            "walls": Wall::ALL.iter().map(|wall| json!({
                "wall": wall.to_string(),
                "stands": walls.stands(*wall),
                "reason": reason(&walls, *wall),
            })).collect::<Vec<_>>(),
            "clock": host.clock().as_str(),
            "python": python.as_ref().ok().map(Python::version),
            "trial_ms": trial.as_ref().ok(),
            "trial_error": trial.as_ref().err(),
            "processors": processors,
        }))?;
    } else {
        let mut lines = vec![format!("isolation level   {}", walls.level())];
        for wall in Wall::ALL {
            let state =
                reason(&walls, wall).map_or("stands".to_owned(), |why| format!("missing: {why}"));
            lines.push(format!("  {:<16}{state}", wall.as_str()));
        }
        lines.push(format!("time limits       {}", host.clock().as_str()));
        lines.push(match &python {
            Ok(python) => format!(
                "interpreter       {} ({})",
                python.version(),
                arguments.python
            ),
            Err(error) => format!("interpreter       {error}"),
        });
        lines.push(match &trial {
            Ok(ms) => format!("trial program     ran, {ms:.1} ms of CPU"),
            Err(error) => format!("trial program     did not run: {error}"),
        });
        lines.push(format!("processors        {processors}"));
        crate::show(&(lines.join("\n") + "\n"))?;
    }
    let is_well = walls.level() == Level::A && trial.is_ok();
    Ok(if is_well {
        Done::Well
    } else {
        Done::WithFindings
    })
}

fn reason(walls: &scrl_sandbox::Walls, wall: Wall) -> Option<String> {
    walls
        .missing()
        .iter()
        .find(|(missing, _)| *missing == wall)
        .map(|(_, reason)| reason.clone())
}

/// Runs a small program behind the walls; its CPU time in milliseconds.
fn try_run(host: &Arc<Host>, python: &Python) -> Result<f64, String> {
    let limits = Limits::default();
    let runtime = Arc::new(python.runtime());
    let sandbox =
        Sandbox::new(Arc::clone(host), runtime, limits, Level::C).map_err(|e| e.to_string())?;
    let mut worker = sandbox.worker().map_err(|e| e.to_string())?;
    let task = Task::Script {
        stdin: "20 22\n",
        call: None,
    };
    let code = "print(sum(map(int, input().split())))";
    let ran = scrl_grade::run(&mut worker, code, task, &limits).map_err(|e| e.to_string())?;
    if ran.outcome.stdout == b"42\n" {
        Ok(ran.outcome.usage.cpu.as_secs_f64() * 1e3)
    } else {
        Err(format!(
            "it printed {:?}",
            String::from_utf8_lossy(&ran.outcome.stdout)
        ))
    }
}
