//! Makes functions and classes known.

use super::analysis::{Analysis, DEEPEST};
use super::env::{Env, Key};
use super::functions::{Body, Class, Function, State};
use super::value::{Kind, Value};
use crate::syntax::{Expr, Stmt, StmtClassDef, StmtFunctionDef};

impl<'a> Analysis<'a> {
    /// Makes a function known, and follows it: at once where it is nested, later where it is not.
    pub(super) fn define(&mut self, def: &'a StmtFunctionDef, class: Option<usize>) -> usize {
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

    pub(super) fn class(&mut self, node: &'a StmtClassDef) {
        let mut class = Class::default();
        for base in node.bases() {
            let value = self.eval(base);
            if let Some(path) = value.as_path() {
                class.bases.push(path.into());
            }
        }
        self.classes.push(class);
        let index = self.classes.len() - 1;
        self.scopes.push(Env::default());
        if self.nesting < DEEPEST {
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
}
