//! Follows branches: each from the state before it, joined again where it comes to its end.

use super::analysis::Analysis;
use super::env::{Changes, Key};
use super::operands::element_of;
use super::value::{Clean, Level, Value};
use crate::syntax::{ExceptHandler, Expr, Pattern, Ranged, StmtIf, StmtMatch, StmtTry};

impl<'a> Analysis<'a> {
    pub(super) fn conditional(&mut self, node: &'a StmtIf) -> bool {
        let clauses = std::iter::once((Some(&*node.test), &node.body[..])).chain(
            node.elif_else_clauses
                .iter()
                .map(|clause| (clause.test.as_ref(), &clause.body[..])),
        );
        let outer = self.scope().enter();
        let mut branches = Vec::new();
        let mut exhausted = false;
        for (test, body) in clauses {
            let mark = self.scope().enter();
            let truth = match test {
                Some(test) => {
                    let value = self.eval(test);
                    self.tested(test);
                    value.truth()
                }
                None => Some(true),
            };
            if truth == Some(false) && test.is_some_and(is_written) {
                continue;
            }
            if let Some(test) = test {
                self.assume(test, true);
            }
            let falls = self.nested(body);
            let changes = self.scope().leave(mark);
            if falls {
                branches.push(changes);
            }
            match test {
                Some(test) if !(truth == Some(true) && is_written(test)) => {
                    self.assume(test, false);
                }
                _ => {
                    exhausted = true;
                    break;
                }
            }
        }
        // What was assumed on the way down holds only where no clause was taken.
        let rest = self.scope().leave(outer);
        if !exhausted {
            branches.push(rest);
        }
        self.join(branches)
    }

    fn join(&mut self, branches: Vec<Changes<'a>>) -> bool {
        let falls = !branches.is_empty();
        if falls {
            self.scope().merge(branches);
        }
        falls
    }

    pub(super) fn repeat_while(&mut self, node: &'a crate::syntax::StmtWhile) -> bool {
        let value = self.eval(&node.test);
        let written = is_written(&node.test);
        if value.truth() == Some(false) && written {
            return self.nested(&node.orelse);
        }
        self.looped(node);
        let mark = self.scope().enter();
        self.assume(&node.test, true);
        self.nested(&node.body);
        let changes = self.scope().leave(mark);
        self.join(vec![changes, Changes::default()]);
        self.nested(&node.orelse);
        true
    }

    pub(super) fn repeat_for(&mut self, node: &'a crate::syntax::StmtFor) {
        let iterated = self.eval(&node.iter);
        let element = element_of(&iterated);
        let mark = self.scope().enter();
        self.assign(&node.target, element);
        self.iterating(node, &iterated);
        let falls = self.nested(&node.body);
        let proved = if falls {
            self.proved_of_all(node)
        } else {
            None
        };
        let changes = self.scope().leave(mark);
        self.join(vec![changes, Changes::default()]);
        if let Some((key, clean)) = proved {
            self.cleanse(key, clean);
        }
        self.nested(&node.orelse);
    }

    /// `for x in xs: if x not in ALLOWED: raise` proves it of every element.
    fn proved_of_all(&mut self, node: &'a crate::syntax::StmtFor) -> Option<(Key<'a>, Clean)> {
        let (Expr::Name(target), Expr::Name(iterated)) = (&*node.target, &*node.iter) else {
            return None;
        };
        let element = self.variable(Key::name(target.id.as_str()))?.taint?;
        (element.clean != Clean::NOTHING)
            .then_some((Key::name(iterated.id.as_str()), element.clean))
    }

    pub(super) fn attempt(&mut self, node: &'a StmtTry) -> bool {
        let mark = self.scope().enter();
        let taken = u32::from(handles_files(node));
        self.frame.handled += taken;
        let mut falls = self.nested(&node.body);
        self.frame.handled -= taken;
        let (done, on_the_way) = self.scope().leave_with_the_way(mark);
        let mut branches = Vec::new();
        for handler in &node.handlers {
            let ExceptHandler::ExceptHandler(handler) = handler;
            let mark = self.scope().enter();
            // The error may have come from anywhere in the body; what raises there guards what follows it.
            self.interrupted(&on_the_way);
            if let Some(name) = &handler.name {
                self.caught(name.as_str(), name.start());
            }
            let ends = self.nested(&handler.body);
            let changes = self.scope().leave(mark);
            if ends {
                branches.push(changes);
            }
        }
        if falls {
            let mark = self.scope().enter();
            self.scope().merge(vec![done]);
            falls = self.nested(&node.orelse);
            let changes = self.scope().leave(mark);
            if falls {
                branches.push(changes);
            }
        }
        let falls = self.join(branches);
        self.nested(&node.finalbody) && falls
    }

    /// Takes over the values that a body may have set before it failed, without what its guards cleared.
    fn interrupted(&mut self, done: &Changes<'a>) {
        for (key, value) in done.iter() {
            let value = match self.variable(*key) {
                Some(known) => known.clone().join(value.clone()),
                None => value.clone(),
            };
            self.scope().set(*key, value);
        }
    }

    fn caught(&mut self, name: &'a str, at: crate::syntax::TextSize) {
        let taint = Some(self.source(Level::File, "an error's text", at));
        self.scope()
            .set(Key::name(name), Value::path("exception").with_taint(taint));
    }

    pub(super) fn matched(&mut self, node: &'a StmtMatch) {
        let subject = self.eval(&node.subject);
        let mut branches = vec![Changes::default()];
        for case in &node.cases {
            let mark = self.scope().enter();
            self.bind_pattern(&case.pattern, &subject);
            if let (Pattern::MatchValue(_) | Pattern::MatchOr(_), Expr::Name(name)) =
                (&case.pattern, &*node.subject)
            {
                self.cleanse(Key::name(name.id.as_str()), Clean::ALL);
            }
            if let Some(guard) = &case.guard {
                self.eval(guard);
                self.assume(guard, true);
            }
            let falls = self.nested(&case.body);
            let changes = self.scope().leave(mark);
            if falls {
                branches.push(changes);
            }
        }
        self.join(branches);
    }

    fn bind_pattern(&mut self, pattern: &'a Pattern, subject: &Value) {
        let mut rest = vec![pattern];
        while let Some(pattern) = rest.pop() {
            match pattern {
                Pattern::MatchAs(node) => {
                    rest.extend(node.pattern.as_deref());
                    if let Some(name) = &node.name {
                        self.scope()
                            .set(Key::name(name.as_str()), Value::tainted(subject.taint));
                    }
                }
                Pattern::MatchStar(node) => {
                    if let Some(name) = &node.name {
                        self.scope()
                            .set(Key::name(name.as_str()), Value::tainted(subject.taint));
                    }
                }
                Pattern::MatchSequence(node) => rest.extend(&node.patterns),
                Pattern::MatchMapping(node) => rest.extend(&node.patterns),
                Pattern::MatchOr(node) => rest.extend(&node.patterns),
                Pattern::MatchClass(node) => {
                    rest.extend(&node.arguments.patterns);
                    rest.extend(
                        node.arguments
                            .keywords
                            .iter()
                            .map(|keyword| &keyword.pattern),
                    );
                }
                Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => {}
            }
        }
    }
}

/// Whether some handler takes the errors of files.
fn handles_files(node: &StmtTry) -> bool {
    let is_error = |class: &Expr| {
        matches!(class, Expr::Name(name) if matches!(
            name.id.as_str(),
            "OSError" | "IOError" | "EnvironmentError" | "FileNotFoundError" | "FileExistsError"
                | "PermissionError" | "Exception"
        ))
    };
    node.handlers.iter().any(|handler| {
        let ExceptHandler::ExceptHandler(handler) = handler;
        match handler.type_.as_deref() {
            None => true,
            Some(Expr::Tuple(classes)) => classes.elts.iter().any(is_error),
            Some(class) => is_error(class),
        }
    })
}

/// Whether a condition is a constant in the source, not one that a variable happens to hold.
fn is_written(test: &Expr) -> bool {
    match test {
        Expr::UnaryOp(node) => is_written_leaf(&node.operand),
        other => is_written_leaf(other),
    }
}

fn is_written_leaf(test: &Expr) -> bool {
    matches!(
        test,
        Expr::BooleanLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
    )
}
