//! Follows statements in order, branch by branch, so that a guard clears what it dominates and nothing else.

use super::analysis::{Analysis, What};
use super::env::{Changes, Key};
use super::eval::element_of;
use super::functions::{Body, Class, Function, State};
use super::tables;
use super::value::{Clean, Kind, Level, Taint, Value};
use crate::syntax::{
    ExceptHandler, Expr, Pattern, Ranged, Stmt, StmtClassDef, StmtFunctionDef, StmtIf, StmtMatch,
    StmtTry,
};

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

    fn statement(&mut self, statement: &'a Stmt) -> bool {
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

    /// Makes a function known, and follows it: at once where it is nested, later where it is not.
    fn define(&mut self, def: &'a StmtFunctionDef, class: Option<usize>) -> usize {
        for decorator in &def.decorator_list {
            self.eval(&decorator.expression);
        }
        for parameter in def.parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                let value = self.eval(default);
                self.defaulted(parameter.parameter.name.as_str(), &value, default);
            }
        }
        self.functions.push(Function {
            name: def.name.as_str(),
            parameters: Some(&def.parameters),
            body: Body::Statements(&def.body),
            decorators: &def.decorator_list,
            class,
            state: State::Waiting,
        });
        let index = self.functions.len() - 1;
        if class.is_none() {
            let value = Value::of(Kind::Function(index));
            self.scope().set(Key::name(def.name.as_str()), value);
        }
        if self.scopes.len() > 1 && class.is_none() {
            self.follow_here(index);
        } else {
            self.pending.push(index);
        }
        index
    }

    fn class(&mut self, node: &'a StmtClassDef) {
        let mut class = Class::default();
        for base in node.bases() {
            let value = self.eval(base);
            if let Some(path) = value.as_path() {
                class.bases.push(path.into());
            }
        }
        self.classes.push(class);
        let index = self.classes.len() - 1;
        self.scopes.push(super::env::Env::default());
        if self.nesting < super::analysis::DEEPEST {
            self.nesting += 1;
            for statement in &node.body {
                self.member_of(index, statement);
            }
            self.nesting -= 1;
        }
        self.scopes.pop();
        let name = node.name.as_str();
        self.scope()
            .set(Key::name(name), Value::of(Kind::Class(index)));
    }

    fn member_of(&mut self, class: usize, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(def) => {
                let is_static = def.decorator_list.iter().any(|decorator| {
                    matches!(&decorator.expression, Expr::Name(name) if name.id.as_str() == "staticmethod")
                });
                let index = self.define(def, Some(class));
                if is_static {
                    self.functions[index].class = None;
                }
                let value = Value::of(Kind::Function(index));
                self.classes[class].members.insert(def.name.as_str(), value);
            }
            Stmt::Assign(node) => {
                self.statement(statement);
                if let [Expr::Name(name)] = &node.targets[..] {
                    let value = self.variable(Key::name(name.id.as_str())).cloned();
                    self.classes[class]
                        .members
                        .insert(name.id.as_str(), value.unwrap_or_default());
                }
            }
            _ => {
                self.statement(statement);
            }
        }
    }

    fn conditional(&mut self, node: &'a StmtIf) -> bool {
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

    fn repeat_while(&mut self, node: &'a crate::syntax::StmtWhile) -> bool {
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

    fn repeat_for(&mut self, node: &'a crate::syntax::StmtFor) {
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

    fn attempt(&mut self, node: &'a StmtTry) -> bool {
        let mark = self.scope().enter();
        let mut falls = self.nested(&node.body);
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
        for (key, value) in done {
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

    fn matched(&mut self, node: &'a StmtMatch) {
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
