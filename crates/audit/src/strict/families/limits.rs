//! Input without a limit.
//!
//! Flagged: `while True: chunk = stream.read(n); if not chunk: break; out.write(chunk)` without a count, the same over
//! `iter_content`, `a.update(b)` of two dictionaries that the caller hands in. Accepted: the same with a comparison
//! of the size so far.

use crate::strict::analysis::Analysis;
use crate::strict::calls::Called;
use crate::strict::catalogue as rules;
use crate::strict::report::Weight;
use crate::strict::value::{Level, Value};
use crate::syntax::{CmpOp, Expr, Node, Ranged, Stmt, StmtFor, StmtWhile, walk_from};

impl<'a> Analysis<'a> {
    pub(super) fn limits(&mut self, called: &Called<'_, 'a>) {
        if called.name != "update" {
            return;
        }
        let (Expr::Attribute(function), Some(Expr::Name(changes))) =
            (&*called.node.func, called.node.arguments.args.first())
        else {
            return;
        };
        let Expr::Name(owner) = &*function.value else {
            return;
        };
        let both = self.is_dictionary(owner.id.as_str()) && self.is_dictionary(changes.id.as_str());
        let taint = called.positional.first().and_then(|value| value.taint);
        if let (true, Some(taint)) = (both, taint.filter(|taint| taint.level >= Level::Parameter)) {
            self.flow(
                &rules::ASSIGNMENT,
                called.at,
                taint,
                "decides which fields are set",
            );
        }
    }

    /// Whether a parameter of the function at hand is declared a dictionary.
    fn is_dictionary(&self, name: &str) -> bool {
        let Some(parameters) = self
            .frame
            .function
            .and_then(|index| self.functions[index].parameters)
        else {
            return false;
        };
        parameters.iter().take(16).any(|parameter| {
            let parameter = parameter.as_parameter();
            parameter.name.as_str() == name
                && matches!(parameter.annotation.as_deref(), Some(Expr::Name(kind)) if matches!(kind.id.as_str(), "dict" | "Dict"))
        })
    }

    /// `while True: chunk = stream.read(size)`.
    pub(super) fn read_without_end(&mut self, node: &'a StmtWhile) {
        let Some(Stmt::Assign(first)) = node.body.first() else {
            return;
        };
        let Expr::Call(call) = &*first.value else {
            return;
        };
        let reads = matches!(&*call.func, Expr::Attribute(function) if matches!(function.attr.as_str(), "read" | "recv" | "read1"));
        if !matches!(&*node.test, Expr::BooleanLiteral(test) if test.value)
            || !reads
            || call.arguments.args.is_empty()
        {
            return;
        }
        let Expr::Attribute(function) = &*call.func else {
            return;
        };
        let owner = self.peek(&function.value);
        let hostile = owner
            .and_then(|value| value.taint)
            .is_some_and(|taint| taint.level >= Level::Parameter);
        if hostile && !counts(&node.body) {
            self.unbounded(node.start());
        }
    }

    /// `for chunk in response.iter_content(size)`.
    pub(super) fn read_all(&mut self, node: &'a StmtFor, iterated: &Value) {
        let streams = matches!(&*node.iter, Expr::Call(call)
            if matches!(&*call.func, Expr::Attribute(function) if matches!(function.attr.as_str(), "iter_content" | "iter_bytes" | "chunks")));
        if streams && iterated.taint.is_some() && !counts(&node.body) {
            self.unbounded(node.start());
        }
    }

    fn unbounded(&mut self, at: crate::syntax::TextSize) {
        let weight = Weight::suspected(&rules::UNBOUNDED);
        self.report.add(
            &rules::UNBOUNDED,
            at,
            weight,
            "this reads as much as the other end sends",
        );
    }
}

/// Whether something in a body is compared by size.
fn counts(body: &[Stmt]) -> bool {
    let mut counts = false;
    for statement in body.iter().take(20) {
        walk_from(Node::Stmt(statement), |node, _| {
            if let Node::Expr(Expr::Compare(compare)) = node {
                counts |= compare
                    .ops
                    .iter()
                    .any(|op| matches!(op, CmpOp::Gt | CmpOp::GtE | CmpOp::Lt | CmpOp::LtE));
            }
        });
    }
    counts
}
