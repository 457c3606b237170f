//! Input without a limit: as many bytes, or as many fields, as the other end sends.
//!
//! Flagged: `while True: chunk = connection.recv(n); if not chunk: break; out.write(chunk)` without a count, the same
//! over `requests.get(url).iter_content(n)`, `User(**request.json)`, `user.__dict__.update(request.form)`. Accepted:
//! the same with a comparison of the size so far, streams that a caller hands in, `User(name=request.json["name"])`.

use crate::strict::analysis::Analysis;
use crate::strict::calls::Called;
use crate::strict::catalogue as rules;
use crate::strict::report::Weight;
use crate::strict::value::{Clean, Level, Value};
use crate::syntax::{CmpOp, Expr, ExprCall, Node, Ranged, Stmt, StmtFor, StmtWhile, walk_from};

impl<'a> Analysis<'a> {
    /// Fields of an object that a request sets, whichever it names.
    pub(super) fn limits(&mut self, called: &Called<'_, 'a>) {
        let spread = |(name, value): &'_ (&'a str, Value)| {
            let unnamed = name.is_empty().then_some(value)?;
            unnamed.dirty(Clean::NAME)
        };
        let fields = if makes_record(called.name) {
            called.keywords.iter().find_map(spread)
        } else {
            None
        };
        let fields = fields.or_else(|| {
            let all = called.name == "update" && is_attributes(called.node);
            all.then(|| called.positional.first()?.dirty(Clean::NAME))?
        });
        if let Some(taint) = fields.filter(|taint| taint.level >= Level::Remote) {
            let words = "decides which fields are set";
            self.flow(&rules::ASSIGNMENT, called.at, taint, words);
        }
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
            .is_some_and(|taint| taint.level >= Level::Outside);
        if hostile && !counts(&node.body) {
            self.unbounded(node.start());
        }
    }

    /// `for chunk in response.iter_content(size)`.
    pub(super) fn read_all(&mut self, node: &'a StmtFor, iterated: &Value) {
        let streams = matches!(&*node.iter, Expr::Call(call)
            if matches!(&*call.func, Expr::Attribute(function) if matches!(function.attr.as_str(), "iter_content" | "iter_bytes" | "chunks")));
        let hostile = iterated
            .taint
            .is_some_and(|taint| taint.level >= Level::Outside);
        if streams && hostile && !counts(&node.body) {
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

/// Whether a call of this name makes or changes a record: a class, or a method of a model.
fn makes_record(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        || matches!(
            name,
            "create" | "update" | "get_or_create" | "update_or_create"
        )
}

/// Whether a method is called on all attributes of an object: `x.__dict__`, `vars(x)`.
fn is_attributes(call: &ExprCall) -> bool {
    let Expr::Attribute(function) = &*call.func else {
        return false;
    };
    match &*function.value {
        Expr::Attribute(owner) => owner.attr.as_str() == "__dict__",
        Expr::Call(owner) => {
            matches!(&*owner.func, Expr::Name(name) if name.id.as_str() == "vars")
        }
        _ => false,
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
