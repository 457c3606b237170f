//! Follows statements in order, branch by branch, so that a guard clears what it dominates and nothing else.

use super::analysis::{Analysis, What};
use super::env::Key;
use super::tables;
use super::value::{Kind, Taint, Value};
use crate::syntax::{Expr, Ranged, Stmt};

impl<'a> Analysis<'a> {
    /// Follows the body of a module.
    pub(super) fn body(&mut self, body: &'a [Stmt]) {
        self.nested(body);
    }

    /// Follows statements; false where their end is not reached.
    pub(super) fn statements(&mut self, body: &'a [Stmt]) -> bool {
        for statement in body {
            // What stands after a return never runs.
            if !self.statement(statement) {
                return false;
            }
        }
        true
    }

    pub(super) fn statement(&mut self, statement: &'a Stmt) -> bool {
        match statement {
            Stmt::Import(_) | Stmt::ImportFrom(_) => self.import(statement),
            Stmt::FunctionDef(def) => {
                self.define(def, None);
            }
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Expr(node) => {
                self.eval(&node.value);
                return !self.ends_here(&node.value);
            }
            Stmt::Assign(node) => self.assignment(node),
            Stmt::AnnAssign(node) => {
                if let Some(value) = &node.value {
                    let value = self.eval(value);
                    self.assigned(&node.target, &value, node.value.as_deref());
                    self.assign(&node.target, value);
                }
            }
            Stmt::AugAssign(node) => self.augmented(node),
            Stmt::Return(node) => {
                let value = node.value.as_deref().map(|value| self.eval(value));
                let value = value.unwrap_or_else(|| Value::of(Kind::None));
                self.returning(node, &value);
                self.returned(&value, node.value.as_deref());
                return false;
            }
            Stmt::Raise(node) => {
                for part in [&node.exc, &node.cause].into_iter().flatten() {
                    self.eval(part);
                }
                return false;
            }
            Stmt::Assert(node) => {
                self.eval(&node.test);
                self.asserted(node);
                // It vanishes under -O, so it guards nothing.
            }
            Stmt::Continue(_) | Stmt::Break(_) => return false,
            Stmt::If(node) => return self.conditional(node),
            Stmt::While(node) => return self.repeat_while(node),
            Stmt::For(node) => self.repeat_for(node),
            Stmt::With(node) => {
                for item in &node.items {
                    let value = self.eval(&item.context_expr);
                    if let Some(target) = &item.optional_vars {
                        self.assign(target, value);
                    }
                }
                return self.nested(&node.body);
            }
            Stmt::Try(node) => return self.attempt(node),
            Stmt::Match(node) => self.matched(node),
            Stmt::Delete(_)
            | Stmt::Global(_)
            | Stmt::Nonlocal(_)
            | Stmt::Pass(_)
            | Stmt::TypeAlias(_)
            | Stmt::IpyEscapeCommand(_) => {}
        }
        true
    }

    fn assignment(&mut self, node: &'a crate::syntax::StmtAssign) {
        let value = self.eval(&node.value);
        for target in &node.targets {
            self.assigned(target, &value, Some(&node.value));
            self.assign(target, value.clone());
        }
    }

    fn augmented(&mut self, node: &'a crate::syntax::StmtAugAssign) {
        let added = self.eval(&node.value);
        let known = match &*node.target {
            Expr::Name(name) => self
                .variable(Key::name(name.id.as_str()))
                .cloned()
                .unwrap_or_default(),
            _ => Value::default(),
        };
        let kind = match node.op {
            crate::syntax::Operator::Add => super::fold::add(&known, &added),
            _ => Kind::Unknown,
        };
        let value = Value {
            kind,
            taint: Taint::join(known.taint, added.taint),
            resolved: false,
            predictable: known.predictable || added.predictable,
            joined: known.joined || added.joined,
        };
        self.assigned(&node.target, &value, None);
        self.assign(&node.target, value);
    }

    /// Binds a target; tuples take their parts one by one where these are known.
    pub(super) fn assign(&mut self, target: &'a Expr, value: Value) {
        let mut rest = vec![(target, value)];
        while let Some((target, value)) = rest.pop() {
            match target {
                Expr::Name(name) => {
                    let value = self.stepped(name.id.as_str(), value, name.start());
                    self.scope().set(Key::name(name.id.as_str()), value);
                }
                Expr::Attribute(node) => {
                    if let Expr::Name(owner) = &*node.value {
                        let key = Key {
                            name: owner.id.as_str(),
                            part: node.attr.as_str(),
                        };
                        self.scope().set(key, value);
                    }
                }
                Expr::Subscript(node) => self.store(node, &value),
                Expr::Starred(node) => rest.push((&node.value, Value::tainted(value.taint))),
                Expr::Tuple(_) | Expr::List(_) => {
                    let targets = match target {
                        Expr::Tuple(node) => &node.elts[..],
                        Expr::List(node) => &node.elts[..],
                        _ => &[],
                    };
                    for (at, target) in targets.iter().enumerate() {
                        let part = match &value.kind {
                            Kind::Display(elements) if elements.len() == targets.len() => {
                                elements[at].clone()
                            }
                            Kind::Path(_) => Value::of(value.kind.clone()).with_taint(value.taint),
                            _ => Value::tainted(value.taint),
                        };
                        rest.push((target, part));
                    }
                }
                _ => {}
            }
        }
    }

    fn store(&mut self, node: &'a crate::syntax::ExprSubscript, value: &Value) {
        if value.taint.is_some() && matches!(&*node.value, Expr::Name(_) | Expr::Attribute(_)) {
            let owner = self.eval(&node.value);
            self.plant(owner.as_path().unwrap_or(""), value.taint);
        }
        let Expr::Name(owner) = &*node.value else {
            return;
        };
        let name = owner.id.as_str();
        if let Expr::StringLiteral(part) = &*node.slice {
            self.scope().set(
                Key {
                    name,
                    part: part.value.to_str(),
                },
                value.clone(),
            );
        }
        self.absorb(name, value.taint);
    }

    /// What a program puts into its own environment or arguments comes out of them again.
    pub(super) fn plant(&mut self, path: &str, taint: Option<Taint>) {
        let own = matches!(
            path,
            "os.environ" | "os.environ.update" | "os.environ.setdefault" | "os.putenv"
        ) || path.starts_with("sys.argv");
        if own {
            self.planted = Taint::join(self.planted, taint);
        }
    }

    /// Makes a container carry the taint of what is put into it.
    pub(super) fn absorb(&mut self, name: &'a str, taint: Option<Taint>) {
        if taint.is_none() {
            return;
        }
        let known = self.variable(Key::name(name)).cloned().unwrap_or_default();
        let taint = Taint::join(known.taint, taint);
        self.scope().set(Key::name(name), known.with_taint(taint));
    }

    fn stepped(&mut self, name: &'a str, mut value: Value, at: crate::syntax::TextSize) -> Value {
        if let Some(taint) = &mut value.taint {
            taint.step = self.step(Some(taint.step), What::Variable(name), at);
        }
        value
    }

    /// Whether a call never comes back: `sys.exit()`, `abort(404)`.
    fn ends_here(&mut self, expression: &'a Expr) -> bool {
        let Expr::Call(call) = expression else {
            return false;
        };
        let path = match &*call.func {
            Expr::Name(name) => match self.variable(Key::name(name.id.as_str())) {
                Some(value) => value.as_path().map(str::to_owned),
                None => Some(name.id.to_string()),
            },
            Expr::Attribute(node) => match &*node.value {
                Expr::Name(owner) => Some(format!("{}.{}", owner.id, node.attr)),
                _ => None,
            },
            _ => None,
        };
        path.is_some_and(|path| tables::never_returns(&path))
    }
}
