//! Whether a text is constant as far as B703 can see: Bandit's `DeepAssignation`, `evaluate_var` and `evaluate_call`.
//!
//! Only statements of the enclosing function or module that start above the call count; the last assignment decides,
//! and the first one that is not constant ends the search. What makes Bandit fail is an error here.

use crate::call::Call;
use crate::syntax::{
    ExceptHandler, Expr, ExprCall, Node, Operator, Parameters, Ranged, Stmt, TextSize, Tree, start,
};

/// Bandit raises an exception here and reports nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fails;

/// Variables that may be traced through one another; Python's recursion limit ends Bandit at about as many.
const MAX_STEPS: u32 = 300;

/// The function or module whose statements are looked at.
#[derive(Debug)]
pub(super) struct Scope<'s> {
    call: Call<'s>,
    parameters: Option<&'s Parameters>,
    body: &'s [Stmt],
    tree: &'s Tree,
}

/// What a statement assigns to a variable.
enum Assigned<'s> {
    Nothing,
    Value(&'s Expr),
    /// The variable of a `with`.
    Context,
    /// Assignments in the blocks of a compound statement; `None` stands for the variable of a `with`.
    Several(Vec<Option<&'s Expr>>),
}

impl<'s> Scope<'s> {
    /// The nearest `def` around the call, or the module.
    pub(super) fn around(call: &Call<'s>) -> Scope<'s> {
        let def = call
            .site
            .ancestors
            .iter()
            .rev()
            .find_map(|node| match node {
                Node::Stmt(Stmt::FunctionDef(def)) if !def.is_async => Some(def),
                _ => None,
            });
        let tree = call.site.tree;
        Scope {
            call: *call,
            parameters: def.map(|def| &*def.parameters),
            body: def.map_or(tree.body(), |def| &def.body),
            tree,
        }
    }

    /// Whether the text is constant.
    pub(super) fn is_constant(&self, text: &'s Expr) -> Result<bool, Fails> {
        match text {
            Expr::Name(name) if self.is_parameter(&name.id) => Ok(false),
            Expr::Name(name) => {
                self.is_constant_name(&name.id, self.line(self.call.node.start()), 0)
            }
            Expr::Call(call) => self.is_constant_call(call, 0),
            Expr::BinOp(node) if node.op == Operator::Mod && node.left.is_string_literal_expr() => {
                let values = match &*node.right {
                    Expr::Tuple(tuple) => tuple.elts.iter().collect(),
                    other => vec![other],
                };
                self.are_constant(values, self.line(node.start()), 0)
            }
            _ => Ok(false),
        }
    }

    fn is_constant_name(&self, name: &str, until: u32, steps: u32) -> Result<bool, Fails> {
        if self.is_parameter(name) {
            return Ok(false);
        }
        if steps > MAX_STEPS {
            return Err(Fails);
        }
        let mut constant = false;
        for statement in self.body {
            let line = self.line(start(&Node::Stmt(statement), self.tree));
            if line >= until {
                break;
            }
            if !self.spend() {
                return Ok(false);
            }
            constant = match self.assigned(statement, name)? {
                Assigned::Nothing => continue,
                Assigned::Value(Expr::StringLiteral(_)) => true,
                Assigned::Value(Expr::Name(other)) => {
                    self.is_constant_name(&other.id, self.line(other.start()), steps + 1)?
                }
                Assigned::Value(Expr::Call(call)) => self.is_constant_call(call, steps + 1)?,
                Assigned::Value(_) | Assigned::Context => return Ok(false),
                Assigned::Several(values) => {
                    for value in values {
                        let is_constant = match value {
                            Some(Expr::StringLiteral(_)) => true,
                            Some(Expr::Name(other)) => {
                                self.is_constant_name(&other.id, line, steps + 1)?
                            }
                            _ => false,
                        };
                        if !is_constant {
                            return Ok(false);
                        }
                    }
                    true
                }
            };
        }
        Ok(constant)
    }

    /// `"...".format(...)` of constants alone.
    fn is_constant_call(&self, call: &'s ExprCall, steps: u32) -> Result<bool, Fails> {
        let formats = match &*call.func {
            Expr::Attribute(method) => {
                method.value.is_literal_expr() && method.attr.as_str() == "format"
            }
            _ => false,
        };
        if !formats || !call.arguments.keywords.is_empty() {
            return Ok(false);
        }
        let values = call.arguments.args.iter().collect();
        self.are_constant(values, self.line(call.start()), steps)
    }

    fn are_constant(
        &self,
        mut values: Vec<&'s Expr>,
        until: u32,
        steps: u32,
    ) -> Result<bool, Fails> {
        let mut at = 0;
        while let Some(value) = values.get(at) {
            at += 1;
            let constant = match value {
                Expr::StringLiteral(_) => true,
                Expr::Name(name) => self.is_constant_name(&name.id, until, steps + 1)?,
                Expr::Call(call) => self.is_constant_call(call, steps + 1)?,
                Expr::Starred(starred) => match &*starred.value {
                    Expr::List(list) => {
                        values.extend(&list.elts);
                        true
                    }
                    Expr::Tuple(tuple) => {
                        values.extend(&tuple.elts);
                        true
                    }
                    _ => false,
                },
                _ => false,
            };
            if !constant {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What one statement assigns to the variable, blocks of compound statements included.
    fn assigned(&self, statement: &'s Stmt, name: &str) -> Result<Assigned<'s>, Fails> {
        match statement {
            Stmt::AugAssign(node) => Ok(match &*node.target {
                Expr::Name(target) if target.id == *name => Assigned::Value(&node.value),
                _ => Assigned::Nothing,
            }),
            Stmt::Assign(node) => assigned_by(node.targets.first(), &node.value, name),
            Stmt::With(node) if !node.is_async => {
                let mut assigned = Assigned::Nothing;
                for item in &node.items {
                    assigned = match item.optional_vars.as_deref() {
                        Some(Expr::Name(target)) if target.id == *name => Assigned::Context,
                        _ => self.assigned_in(&[&node.body], name)?,
                    };
                }
                Ok(assigned)
            }
            _ => self.assigned_in(&blocks(statement), name),
        }
    }

    fn assigned_in(&self, blocks: &[&'s [Stmt]], name: &str) -> Result<Assigned<'s>, Fails> {
        let mut values = Vec::new();
        for statement in blocks.iter().copied().flatten() {
            if !self.spend() {
                break;
            }
            match self.assigned(statement, name)? {
                Assigned::Nothing => {}
                Assigned::Value(value) => values.push(Some(value)),
                Assigned::Context => values.push(None),
                Assigned::Several(inner) => values.extend(inner),
            }
        }
        Ok(if values.is_empty() {
            Assigned::Nothing
        } else {
            Assigned::Several(values)
        })
    }

    /// Takes one statement off the file's allowance; a text judged without any left counts as not constant.
    fn spend(&self) -> bool {
        let fuel = self.call.fuel.get();
        self.call.fuel.set(fuel.saturating_sub(1));
        fuel > 0
    }

    fn is_parameter(&self, name: &str) -> bool {
        let parameters = self.parameters.into_iter().flat_map(|list| &list.args);
        parameters
            .into_iter()
            .any(|parameter| parameter.parameter.name.as_str() == name)
    }

    fn line(&self, offset: TextSize) -> u32 {
        self.tree.lines().line(offset)
    }
}

/// What an assignment to a first target gives the variable.
fn assigned_by<'s>(
    target: Option<&'s Expr>,
    value: &'s Expr,
    name: &str,
) -> Result<Assigned<'s>, Fails> {
    match (target, value) {
        (Some(Expr::Name(target)), _) if target.id == *name => Ok(Assigned::Value(value)),
        (Some(Expr::Tuple(targets)), Expr::Tuple(values)) => {
            for (at, target) in targets.elts.iter().enumerate() {
                let Expr::Name(target) = target else {
                    return Err(Fails);
                };
                if target.id == *name {
                    return values.elts.get(at).map(Assigned::Value).ok_or(Fails);
                }
            }
            Ok(Assigned::Nothing)
        }
        _ => Ok(Assigned::Nothing),
    }
}

/// The blocks that Bandit looks into; classes, `match` and everything asynchronous are not among them.
fn blocks(statement: &Stmt) -> Vec<&[Stmt]> {
    match statement {
        Stmt::FunctionDef(node) if !node.is_async => vec![&node.body],
        Stmt::If(node) => {
            let clauses = node.elif_else_clauses.iter().map(|clause| &clause.body[..]);
            std::iter::once(&node.body[..]).chain(clauses).collect()
        }
        Stmt::For(node) if !node.is_async => vec![&node.body, &node.orelse],
        Stmt::While(node) => vec![&node.body, &node.orelse],
        Stmt::Try(node) if !node.is_star => {
            let handlers = node.handlers.iter().map(|handler| {
                let ExceptHandler::ExceptHandler(handler) = handler;
                &handler.body[..]
            });
            std::iter::once(&node.body[..])
                .chain(handlers)
                .chain([&node.orelse[..], &node.finalbody[..]])
                .collect()
        }
        _ => Vec::new(),
    }
}
