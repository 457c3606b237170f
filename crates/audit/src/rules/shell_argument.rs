//! What B602 to B607 share: whether a call asks for a shell, and what it runs.

use scrl_record::Severity;

use crate::call::Call;
use crate::syntax::{Expr, Number};

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
