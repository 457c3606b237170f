//! `scrl doctor`: what this machine offers, and whether its walls hold.

mod memory;

use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use scrl_grade::suite::{self, Program};
use scrl_grade::{Python, Task};
use scrl_kernels::Isa;
use scrl_sandbox::{Host, Level, Limits, Sandbox, Wall};
use serde::Serialize;
use serde_json::json;

use crate::Done;
use memory::{Memory, Question};

/// Say what this machine offers: isolation level, each wall, the interpreter; and attack the walls
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  scrl doctor --python ./venv/bin/python\n\nExit code 1 when the isolation \
                        level is below A, the interpreter cannot be used, a program of the attack suite does not \
                        end as it must, or there is too little memory for the model."
)]
pub(crate) struct Arguments {
    /// Python interpreter to look at
    #[arg(long, default_value = "python3", value_name = "PYTHON")]
    python: String,
    #[command(flatten)]
    question: Question,
    /// Leave out the attack suite, which takes most of the time
    #[arg(long)]
    no_attacks: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// What was found out; an error is in words.
struct Found {
    host: Arc<Host>,
    python: Result<Python, String>,
    /// CPU time of a small program, milliseconds.
    trial: Result<f64, String>,
    /// Absent when it was left out, or there is nothing that it could run in.
    attacks: Option<Result<Attacks, String>>,
    /// Absent when no model was named.
    memory: Option<Memory>,
}

/// What became of the attack suite.
#[derive(Debug, Serialize)]
struct Attacks {
    hostile: usize,
    honest: usize,
    seconds: f64,
    /// What is not as it must be.
    deviations: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    // What was asked wrongly is said at once.
    let memory = arguments.question.answer(processors())?;
    let found = Found::new(arguments, memory);
    if arguments.json {
        crate::show_json(&found.as_json())?;
    } else {
        crate::show(&found.to_text(&arguments.python))?;
    }
    Ok(if found.is_well() {
        Done::Well
    } else {
        Done::WithFindings
    })
}

impl Found {
    fn new(arguments: &Arguments, memory: Option<Memory>) -> Self {
        let host = Arc::new(Host::detect());
        let python = Python::find(&arguments.python).map_err(|error| error.to_string());
        let trial = python
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|python| try_run(&host, python));
        let can_attack = !arguments.no_attacks && trial.is_ok() && host.walls().level() > Level::D;
        let attacks = python.as_ref().ok().filter(|_| can_attack);
        Self {
            attacks: attacks.map(|python| attack(&host, python)),
            host,
            python,
            trial,
            memory,
        }
    }

    fn is_well(&self) -> bool {
        let attacked = |attacks: &Result<Attacks, String>| {
            let suite = attacks.as_ref();
            suite.is_ok_and(|suite| suite.deviations.is_empty())
        };
        self.host.walls().level() == Level::A
            && self.trial.is_ok()
            && self.attacks.as_ref().is_none_or(attacked)
            && self.memory.as_ref().is_none_or(Memory::fits)
    }

    fn as_json(&self) -> serde_json::Value {
        let walls = self.host.walls();
        let attacks = self.attacks.as_ref();
        json!({
            "level": walls.level().to_string(),
            "walls": Wall::ALL.iter().map(|wall| json!({
                "wall": wall.to_string(),
                "stands": walls.stands(*wall),
                "reason": reason(walls, *wall),
            })).collect::<Vec<_>>(),
            "clock": self.host.clock().as_str(),
            "python": self.python.as_ref().ok().map(Python::version),
            "trial_ms": self.trial.as_ref().ok(),
            "trial_error": self.trial.as_ref().err(),
            "attacks": attacks.and_then(|attacks| attacks.as_ref().ok()),
            "attacks_error": attacks.and_then(|attacks| attacks.as_ref().err()),
            "processors": processors(),
            "instructions": Isa::in_use().as_str(),
            "model": self.memory,
        })
    }

    fn to_text(&self, command: &str) -> String {
        let walls = self.host.walls();
        let mut lines = vec![format!("isolation level   {}", walls.level())];
        lines.extend(Wall::ALL.map(|wall| {
            let missing = reason(walls, wall).map(|why| format!("missing: {why}"));
            let state = missing.unwrap_or("stands".to_owned());
            format!("  {:<16}{state}", wall.as_str())
        }));
        lines.push(format!("time limits       {}", self.host.clock().as_str()));
        lines.push(match &self.python {
            Ok(python) => format!("interpreter       {} ({command})", python.version()),
            Err(error) => format!("interpreter       {error}"),
        });
        lines.push(match &self.trial {
            Ok(ms) => format!("trial program     ran, {ms:.1} ms of CPU"),
            Err(error) => format!("trial program     did not run: {error}"),
        });
        let instructions = Isa::in_use().as_str();
        lines.push(format!(
            "processors        {}, {instructions}",
            processors()
        ));
        lines.extend(self.memory.iter().flat_map(Memory::lines));
        match &self.attacks {
            Some(Ok(attacks)) => lines.extend(attacks.lines()),
            Some(Err(error)) => lines.push(format!("attack suite      did not run: {error}")),
            None => lines.push("attack suite      not run".to_owned()),
        }
        lines.join("\n") + "\n"
    }
}

impl Attacks {
    fn lines(&self) -> Vec<String> {
        let programs = self.hostile + self.honest;
        let mut names: Vec<&str> = self.deviations.iter().map(|d| program_of(d)).collect();
        names.dedup();
        let mut lines = vec![format!(
            "attack suite      {} of {programs} programs ended as they must ({} hostile, {} honest), in {:.0} s",
            programs - names.len(),
            self.hostile,
            self.honest,
            self.seconds
        )];
        lines.extend(self.deviations.iter().map(|what| format!("  {what}")));
        lines
    }
}

/// A deviation begins with the program's name.
fn program_of(deviation: &str) -> &str {
    deviation.split(':').next().unwrap_or(deviation)
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}

/// Runs the attack suite behind the walls that there are.
fn attack(host: &Arc<Host>, python: &Python) -> Result<Attacks, String> {
    let hostile = Program::hostile();
    let mut honest = Program::honest();
    // What the interpreter lacks is not the walls' fault.
    honest.retain(|program| program.needs().is_none());
    crate::say(&format!(
        "running the attack suite, {} programs; `--no-attacks` leaves it out",
        hostile.len() + honest.len()
    ));
    let started = Instant::now();
    let runtime = Arc::new(python.runtime());
    let sandbox = Sandbox::new(Arc::clone(host), runtime, suite::limits(), Level::C)
        .map_err(|error| error.to_string())?;
    let deviations = suite::run_honest(&sandbox, false, &honest)
        .and_then(|mut wrong| {
            wrong.extend(suite::run_hostile(&sandbox, false, &hostile)?);
            Ok(wrong)
        })
        .map_err(|error| error.to_string())?;
    Ok(Attacks {
        hostile: hostile.len(),
        honest: honest.len(),
        seconds: started.elapsed().as_secs_f64(),
        deviations,
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
