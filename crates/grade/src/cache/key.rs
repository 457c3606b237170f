//! What a result depends on, as a hash.

use scrl_record::{Compare, Kind, Problem};
use scrl_sandbox::{ClockKind, Limits, Sandbox};
use sha2::{Digest as _, Sha256};

use crate::grader::{Settings, StopAt};
use crate::testing::Program;

/// A hash of the sources that decide about a result; the build script makes it.
const ENGINE: &str = env!("SCRL_ENGINE");

/// Names one result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key([u8; Self::BYTES]);

impl Key {
    pub(crate) const BYTES: usize = 32;

    pub(crate) fn bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

/// SHA-256 over fields, each with its length, so that none can run into the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hash(Sha256);

impl Hash {
    pub(crate) fn field(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.update(bytes);
    }

    fn optional(&mut self, text: Option<&str>) {
        self.number(u64::from(text.is_some()));
        self.field(text.unwrap_or_default().as_bytes());
    }

    fn number(&mut self, number: u64) {
        self.0.update(number.to_le_bytes());
    }

    fn limits(&mut self, limits: &Limits) {
        let Limits {
            cpu,
            wall,
            memory,
            output,
            threads,
        } = *limits;
        for number in [
            cpu.as_nanos() as u64,
            wall.as_nanos() as u64,
            memory,
            output,
        ] {
            self.number(number);
        }
        self.number(u64::from(threads));
    }

    pub(crate) fn key(self) -> Key {
        Key(self.0.finalize().into())
    }
}

/// The part that is the same for all results of a run: this build, the machine's kind, the interpreter, the walls,
/// the clock and the settings.
pub(crate) fn of_run(interpreter: &str, sandbox: &Sandbox, settings: &Settings) -> Hash {
    let mut hash = Hash::default();
    for text in [ENGINE, std::env::consts::ARCH, interpreter] {
        hash.field(text.as_bytes());
    }
    for wall in sandbox.walls().standing() {
        hash.field(wall.as_str().as_bytes());
    }
    hash.number(match sandbox.clock() {
        ClockKind::Instructions => 0,
        ClockKind::CpuTime => 1,
    });
    hash.limits(sandbox.limits());
    hash.number(u64::from(settings.isolated));
    hash.number(match settings.stop_at {
        StopAt::Never => 0,
        StopAt::TimeLimit => 1,
        StopAt::Failure => 2,
    });
    hash.number(u64::from(settings.times.get()));
    hash
}

/// The part that is the same for all answers to a problem: its tests, expected outputs included, its attacks and files,
/// and how it is asked.
pub(crate) fn of_problem(problem: &Problem) -> Key {
    let mut hash = Hash::default();
    hash.number(match problem.kind {
        Kind::Stdin => 0,
        Kind::Call => 1,
    });
    hash.optional(problem.entry_point.as_deref());
    for test in &problem.tests {
        hash.field(test.input.as_json().as_bytes());
        hash.field(test.output.as_json().as_bytes());
    }
    for json in [
        serde_json::to_vec(&problem.exploit_tests),
        serde_json::to_vec(&problem.files),
    ] {
        hash.field(&json.expect("records serialize"));
    }
    hash.key()
}

/// The key of `program`'s results in a run, `problem` being that of its problem.
pub(crate) fn of_program(run: &Hash, problem: &Key, program: &Program<'_>) -> Key {
    let mut hash = run.clone();
    hash.field(problem.bytes());
    hash.field(program.source.preamble.as_bytes());
    hash.field(program.source.code.as_bytes());
    hash.optional(program.call);
    let Compare { mode, tolerance } = program.compare;
    hash.field(mode.as_str().as_bytes());
    hash.number(tolerance.to_bits());
    hash.limits(&program.limits);
    hash.key()
}

/// The key of whether `code` compiles.
pub(crate) fn of_compiling(run: &Hash, code: &str, limits: &Limits) -> Key {
    let mut hash = run.clone();
    hash.field(b"compiles");
    hash.field(code.as_bytes());
    hash.limits(limits);
    hash.key()
}
