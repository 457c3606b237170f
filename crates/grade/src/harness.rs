//! One program, one test: the job that the interpreter's driver gets, and what it reports back.

use std::ops::ControlFlow;

use scrl_sandbox::{Ending, Error, FolderEntry, Job, Limits, Outcome, Worker};

/// The text of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source<'a> {
    /// What runs first, in the same module: code that the problem says is there already.
    pub preamble: &'a str,
    /// The answer.
    pub code: &'a str,
}

impl<'a> From<&'a str> for Source<'a> {
    fn from(code: &'a str) -> Self {
        Self { preamble: "", code }
    }
}

/// What to do with a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task<'a> {
    /// Only compile it.
    Compile,
    /// Run it as a script on this standard input, and then call this function of it, if any.
    Script {
        /// What it reads.
        stdin: &'a str,
        /// The function that wraps the program and that nothing calls.
        call: Option<&'a str>,
    },
    /// Call a function or method.
    Call {
        /// `f` or `Solution.m`.
        entry: &'a str,
        /// The JSON array of positional arguments.
        arguments: &'a str,
    },
}

/// An exception, by the driver's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    /// Its class, such as `ZeroDivisionError`.
    pub name: String,
    /// Its text.
    pub message: String,
}

impl Raised {
    /// `name: message`, without memory addresses, which differ between machines.
    pub fn describe(&self) -> String {
        if self.message.is_empty() {
            return self.name.clone();
        }
        format!("{}: {}", self.name, without_addresses(&self.message))
    }
}

/// How a program fared on one task. Apart from `outcome.ending` and `outcome.usage` all of it is the program's own
/// word: data, to be compared and never believed.
#[derive(Clone, Debug)]
pub struct Ran {
    /// What the sandbox says.
    pub outcome: Outcome,
    /// Whether the interpreter compiled it; absent when it did not come so far.
    pub compiles: Option<bool>,
    /// The exception that ended the compilation or the run.
    pub raised: Option<Raised>,
    /// The call's result, as JSON text with tags.
    pub value: Option<String>,
    /// The arguments after a call that returned None, as JSON text with tags.
    pub arguments_after: Option<String>,
}

/// Runs `source`; an error is a failure of ours and says nothing about the program.
pub fn run<'a>(
    worker: &mut Worker,
    source: impl Into<Source<'a>>,
    task: Task<'_>,
    limits: &Limits,
) -> Result<Ran, Error> {
    let payload = first_payload(source.into(), task, false);
    let stdin = task.stdin().as_bytes();
    let job = Job {
        payload: &payload,
        stdin,
    };
    Ok(read_reports(worker.run(job, limits)?))
}

/// The same in a private folder that holds `entries`; also returns what is in it afterwards.
pub(crate) fn run_in_folder(
    worker: &mut Worker,
    source: Source<'_>,
    task: Task<'_>,
    entries: &[FolderEntry],
    limits: &Limits,
) -> Result<(Ran, Vec<FolderEntry>), Error> {
    let payload = first_payload(source, task, false);
    let stdin = task.stdin().as_bytes();
    let job = Job {
        payload: &payload,
        stdin,
    };
    let (outcome, left) = worker.run_in_folder(job, entries, limits)?;
    Ok((read_reports(outcome), left))
}

/// Runs `source` on `count` tasks, which are alike but for their inputs, one after another in one process, until `each`
/// breaks off; `task` is asked for each when its turn comes. Where the process ends early the rest of the tasks is not
/// begun; at least one is. Returns the highest resident memory in bytes.
///
/// # Panics
/// If there are none.
pub fn run_batch<'a, 't>(
    worker: &mut Worker,
    source: impl Into<Source<'a>>,
    count: usize,
    task: &dyn Fn(usize) -> Task<'t>,
    limits: &Limits,
    each: &mut dyn FnMut(Ran) -> ControlFlow<()>,
) -> Result<u64, Error> {
    let first = first_payload(source.into(), task(0), true);
    let job = |at| {
        let task = task(at);
        Job {
            payload: if at == 0 { &first } else { task.arguments() },
            stdin: task.stdin().as_bytes(),
        }
    };
    let mut each = |outcome| each(read_reports(outcome));
    worker.run_batch(count, &job, limits, &mut each)
}

impl<'a> Task<'a> {
    fn stdin(&self) -> &'a str {
        match *self {
            Task::Script { stdin, .. } => stdin,
            Task::Compile | Task::Call { .. } => "",
        }
    }

    fn arguments(&self) -> &'a [u8] {
        match *self {
            Task::Call { arguments, .. } => arguments.as_bytes(),
            Task::Compile | Task::Script { .. } => b"",
        }
    }
}

/// What the driver reads first: a tuple in the format of Python's `marshal`, which costs it the least to read.
fn first_payload(source: Source<'_>, task: Task<'_>, is_batch: bool) -> Vec<u8> {
    let (action, entry, arguments) = match task {
        Task::Compile => ("compile", None, ""),
        Task::Script { call, .. } => ("script", call, ""),
        Task::Call { entry, arguments } => ("call", Some(entry), arguments),
    };
    let mut bytes = vec![b'(', 6, 0, 0, 0];
    marshal_text(&mut bytes, action);
    marshal_text(&mut bytes, source.preamble);
    marshal_text(&mut bytes, source.code);
    match entry {
        Some(entry) => marshal_text(&mut bytes, entry),
        None => bytes.push(b'N'),
    }
    marshal_text(&mut bytes, arguments);
    bytes.push(if is_batch { b'T' } else { b'F' });
    bytes
}

fn marshal_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.push(b'u');
    bytes.extend((text.len() as u32).to_le_bytes());
    bytes.extend(text.as_bytes());
}

fn read_reports(outcome: Outcome) -> Ran {
    let mut ran = Ran {
        outcome,
        compiles: None,
        raised: None,
        value: None,
        arguments_after: None,
    };
    let reports = String::from_utf8_lossy(&ran.outcome.result).into_owned();
    for line in reports.lines() {
        let mut letters = line.chars();
        let letter = letters.next();
        let text = letters.as_str();
        match letter {
            Some('C') => ran.compiles = Some(true),
            Some('N') => {
                ran.compiles = Some(false);
                ran.raised = read_raised(text);
            }
            Some('R') => ran.raised = read_raised(text),
            Some('V') => ran.value = Some(text.to_owned()),
            Some('A') => ran.arguments_after = Some(text.to_owned()),
            _ => {}
        }
    }
    ran
}

fn read_raised(text: &str) -> Option<Raised> {
    let (name, message) = serde_json::from_str(text).ok()?;
    Some(Raised { name, message })
}

fn without_addresses(message: &str) -> String {
    let mut parts = message.split("0x");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("0x");
        text.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    text
}

impl Ran {
    /// Whether it ran to its end without an error.
    pub fn ended_well(&self) -> bool {
        self.outcome.ending == Ending::Exited(0) && self.raised.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_do_not_reach_the_record() {
        assert_eq!(
            without_addresses("<f at 0x7f12ab> and 0x1"),
            "<f at 0x> and 0x"
        );
        assert_eq!(without_addresses("plain"), "plain");
    }

    #[test]
    fn garbage_on_the_result_descriptor_is_only_ignored() {
        let outcome = Outcome {
            ending: Ending::Exited(0),
            usage: scrl_sandbox::Usage::default(),
            stdout: Vec::new(),
            stderr: Vec::new(),
            result: b"C\n\xff\xfe\nR[1,\nZ\n\n".to_vec(),
            events: Vec::new(),
        };
        let ran = read_reports(outcome);
        assert_eq!(ran.compiles, Some(true));
        assert_eq!(ran.raised, None);
        assert_eq!(ran.value, None);
    }
}
