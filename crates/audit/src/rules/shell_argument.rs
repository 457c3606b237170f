//! What B602 to B607 share: the functions that start processes, and whether a call asks for a shell.
//!
//! The lists are Bandit 1.9.4's default `shell_injection` configuration.

use scrl_record::Severity;

use crate::call::Call;
use crate::syntax::{Expr, Number};

/// Functions that start a process and take `shell=`.
pub(super) const SUBPROCESS: &[&str] = &[
    "subprocess.Popen",
    "subprocess.call",
    "subprocess.check_call",
    "subprocess.check_output",
    "subprocess.run",
];

/// Functions that hand their argument to a shell.
pub(super) const SHELL: &[&str] = &[
    "os.system",
    "os.popen",
    "os.popen2",
    "os.popen3",
    "os.popen4",
    "popen2.popen2",
    "popen2.popen3",
    "popen2.popen4",
    "popen2.Popen3",
    "popen2.Popen4",
    "commands.getoutput",
    "commands.getstatusoutput",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
];

/// Functions that start a process without a shell.
pub(super) const NO_SHELL: &[&str] = &[
    "os.execl",
    "os.execle",
    "os.execlp",
    "os.execlpe",
    "os.execv",
    "os.execve",
    "os.execvp",
    "os.execvpe",
    "os.spawnl",
    "os.spawnle",
    "os.spawnlp",
    "os.spawnlpe",
    "os.spawnv",
    "os.spawnve",
    "os.spawnvp",
    "os.spawnvpe",
    "os.startfile",
];

/// Bandit's `has_shell`: whether `shell=` is there and not plainly false. `None` where Bandit fails on the arguments.
pub(super) fn has_shell(call: &Call<'_>) -> Option<bool> {
    if call.keywords_break_bandit() {
        return None;
    }
    Some(
        call.keyword("shell")
            .is_some_and(|keyword| truthy(&keyword.value)),
    )
}

/// Low where the command is one string literal, high otherwise.
pub(super) fn severity_of_command(call: &Call<'_>) -> Severity {
    match call.args().first() {
        Some(Expr::StringLiteral(_)) => Severity::Low,
        _ => Severity::High,
    }
}

fn truthy(value: &Expr) -> bool {
    match value {
        Expr::BooleanLiteral(node) => node.value,
        Expr::NoneLiteral(_) => false,
        Expr::NumberLiteral(node) => match &node.value {
            Number::Int(int) => int.as_u64() != Some(0),
            Number::Float(float) => *float != 0.0,
            Number::Complex { real, imag } => *real != 0.0 || *imag != 0.0,
        },
        Expr::StringLiteral(node) => !node.value.is_empty(),
        Expr::BytesLiteral(node) => !node.value.is_empty(),
        Expr::List(node) => !node.elts.is_empty(),
        Expr::Dict(node) => !node.items.is_empty(),
        _ => true,
    }
}
