//! Evaluates expressions with a stack of its own: a hostile expression is as deep as the source is long.
//!
//! Operands are pushed as values, and a node is built from them once they are there. `a and b`, `a if c else b` and
//! comprehensions assume their conditions on the way.

use super::analysis::Analysis;
use super::env::Key;
use super::fold;
use super::functions::{Body, Function, State};
use super::operands::{display, element_of, is_reversal, only_numbers, operands, table};
use super::value::{Clean, Kind, Level, Taint, Value};
use crate::syntax::{
    Comprehension, Expr, Number, Operator, Parameters, Piece, Ranged, UnaryOp, pieces,
};

/// The stacks of one evaluation, kept for the next.
#[derive(Debug, Default)]
pub(super) struct Stacks<'a> {
    tasks: Vec<Task<'a>>,
    values: Vec<Value>,
    /// Where the assumptions that are not retracted yet began.
    marks: Vec<usize>,
}

/// What is left to do.
#[derive(Clone, Copy, Debug)]
enum Task<'a> {
    Eval(&'a Expr),
    /// Builds a node from the last values.
    Build(&'a Expr, usize),
    /// Binds a target to the last value, or to an element of it.
    Bind(&'a Expr),
    BindElement(&'a Expr),
    Drop,
    /// Assumes a condition until the matching `Retract`.
    Assume(&'a Expr, bool),
    Retract,
    /// Joins the last two values.
    Either,
}

impl<'a> Analysis<'a> {
    /// The value of an expression; what is wrong on the way is reported.
    pub(super) fn eval(&mut self, expression: &'a Expr) -> Value {
        if let Some(value) = self.leaf(expression) {
            return value;
        }
        // Functions that are followed on the way evaluate with stacks of their own.
        let mut stacks = self.stacks.pop().unwrap_or_default();
        self.expand(expression, &mut stacks.tasks);
        while let Some(task) = stacks.tasks.pop() {
            self.perform(task, &mut stacks);
        }
        let value = stacks.values.pop().unwrap_or_default();
        stacks.values.clear();
        stacks.marks.clear();
        self.stacks.push(stacks);
        value
    }

    fn perform(&mut self, task: Task<'a>, stacks: &mut Stacks<'a>) {
        let Stacks {
            tasks,
            values,
            marks,
        } = stacks;
        match task {
            Task::Eval(expression) => match self.leaf(expression) {
                Some(value) => values.push(value),
                None => self.expand(expression, tasks),
            },
            Task::Build(expression, count) => {
                let from = values.len().saturating_sub(count);
                let value = self.build(expression, &values[from..]);
                values.truncate(from);
                values.push(value);
            }
            Task::Bind(target) => {
                let value = values.last().cloned().unwrap_or_default();
                self.assign(target, value);
            }
            Task::BindElement(target) => {
                let value = values.pop().unwrap_or_default();
                let element = element_of(&value);
                self.assign(target, element);
            }
            Task::Drop => drop(values.pop()),
            Task::Assume(condition, holds) => {
                marks.push(self.scope().enter());
                self.assume(condition, holds);
            }
            Task::Retract => {
                if let Some(mark) = marks.pop() {
                    self.scope().leave(mark);
                }
            }
            Task::Either => {
                let other = values.pop().unwrap_or_default();
                let one = values.pop().unwrap_or_default();
                values.push(one.join(other));
            }
        }
    }

    /// The value of an expression without operands.
    fn leaf(&mut self, expression: &'a Expr) -> Option<Value> {
        Some(match expression {
            Expr::Name(name) => self.name(name.id.as_str(), name.start()),
            Expr::StringLiteral(literal) => Value::of(Kind::Text(literal.value.to_str().into())),
            Expr::BytesLiteral(literal) => Value::of(Kind::Bytes(literal.value.bytes().collect())),
            Expr::NumberLiteral(literal) => Value::of(match &literal.value {
                Number::Int(number) => number.as_i64().map_or(Kind::Number, Kind::Int),
                _ => Kind::Number,
            }),
            Expr::BooleanLiteral(literal) => Value::of(Kind::Bool(literal.value)),
            Expr::NoneLiteral(_) => Value::of(Kind::None),
            Expr::EllipsisLiteral(_) | Expr::IpyEscapeCommand(_) => Value::default(),
            _ => return None,
        })
    }

    fn expand(&mut self, expression: &'a Expr, tasks: &mut Vec<Task<'a>>) {
        let from = tasks.len();
        // Pushed in the order of evaluation, then turned round.
        match expression {
            Expr::Lambda(lambda) => {
                self.lambda(lambda.parameters.as_deref(), &lambda.body);
                let index = self.functions.len() - 1;
                self.follow_here(index);
                tasks.push(Task::Build(expression, 0));
            }
            Expr::BoolOp(node) => {
                let and = node.op == crate::syntax::BoolOp::And;
                for (at, value) in node.values.iter().enumerate() {
                    if at > 0 {
                        tasks.push(Task::Assume(&node.values[at - 1], and));
                    }
                    tasks.push(Task::Eval(value));
                }
                tasks.extend(node.values.iter().skip(1).map(|_| Task::Retract));
                tasks.push(Task::Build(expression, node.values.len()));
            }
            Expr::If(node) => {
                tasks.push(Task::Eval(&node.test));
                tasks.push(Task::Drop);
                for (branch, holds) in [(&*node.body, true), (&*node.orelse, false)] {
                    tasks.push(Task::Assume(&node.test, holds));
                    tasks.push(Task::Eval(branch));
                    tasks.push(Task::Retract);
                }
                tasks.push(Task::Either);
            }
            Expr::Named(node) => {
                tasks.push(Task::Eval(&node.value));
                tasks.push(Task::Bind(&node.target));
            }
            Expr::ListComp(node) => {
                comprehension(&node.generators, &[&node.elt], expression, tasks);
            }
            Expr::SetComp(node) => comprehension(&node.generators, &[&node.elt], expression, tasks),
            Expr::Generator(node) => {
                comprehension(&node.generators, &[&node.elt], expression, tasks);
            }
            Expr::DictComp(node) => {
                let parts: Vec<&Expr> = node
                    .key
                    .iter()
                    .map(|key| &**key)
                    .chain([&*node.value])
                    .collect();
                comprehension(&node.generators, &parts, expression, tasks);
            }
            _ => {
                let mut count = 0;
                operands(expression, |operand| {
                    tasks.push(Task::Eval(operand));
                    count += 1;
                });
                tasks.push(Task::Build(expression, count));
            }
        }
        tasks[from..].reverse();
    }

    fn lambda(&mut self, parameters: Option<&'a Parameters>, body: &'a Expr) {
        self.functions.push(Function {
            name: "lambda",
            parameters,
            body: Body::Expression(body),
            decorators: &[],
            class: None,
            state: State::Waiting,
        });
    }

    fn build(&mut self, expression: &'a Expr, values: &[Value]) -> Value {
        let joined = || {
            values
                .iter()
                .map(|value| value.taint)
                .fold(None, Taint::join)
        };
        match expression {
            Expr::Call(call) => self.call(call, values),
            Expr::Attribute(node) => {
                if let Expr::Name(name) = &*node.value
                    && let Some(known) = self.variable(Key {
                        name: name.id.as_str(),
                        part: node.attr.as_str(),
                    })
                {
                    return known.clone();
                }
                self.attribute(&values[0], node.attr.as_str(), node.start())
            }
            Expr::Subscript(node) => self.subscript(node, &values[0], &values[1]),
            Expr::BinOp(node) => Self::operation(node.op, &values[0], &values[1]),
            Expr::UnaryOp(node) => match (node.op, &values[0].kind) {
                (UnaryOp::Not, _) => values[0].truth().map_or_else(
                    || Value::of(Kind::Number),
                    |truth| Value::of(Kind::Bool(!truth)),
                ),
                (UnaryOp::USub, Kind::Int(number)) => Value::of(Kind::Int(number.wrapping_neg())),
                _ => values[0].clone(),
            },
            Expr::Compare(node) => {
                self.compared(node, values);
                Value::of(Kind::Number)
            }
            Expr::BoolOp(_) => {
                let mut values = values.iter().cloned();
                let first = values.next().unwrap_or_default();
                values.fold(first, Value::join)
            }
            Expr::FString(node) => Self::interpolated(node, values),
            Expr::List(_) | Expr::Tuple(_) | Expr::Set(_) => display(values).with_taint(joined()),
            Expr::Dict(node) => {
                self.dictionary(node, values);
                table(node, values).with_taint(joined())
            }
            Expr::Lambda(_) => Value::of(Kind::Function(self.functions.len() - 1)),
            Expr::Await(_) | Expr::Starred(_) => values[0].clone(),
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::Generator(_) => {
                let predictable = values[0].predictable;
                Value {
                    predictable,
                    ..Value::tainted(joined())
                }
            }
            _ => Value::tainted(joined()),
        }
    }

    fn subscript(
        &mut self,
        node: &'a crate::syntax::ExprSubscript,
        owner: &Value,
        index: &Value,
    ) -> Value {
        if let (Expr::Name(name), Expr::StringLiteral(part)) = (&*node.value, &*node.slice)
            && let Some(known) = self.variable(Key {
                name: name.id.as_str(),
                part: part.value.to_str(),
            })
        {
            return known.clone();
        }
        if let Some(name) = index.as_text()
            && let Some(value) = self.looked_up(owner, name)
        {
            return value;
        }
        self.dynamic_subscript(node, owner, index);
        // A part of a path need not start as the whole does.
        let taint = owner.taint.map(|taint| match &*node.slice {
            Expr::Slice(_) => taint.without(Clean::URL),
            _ => taint,
        });
        let kind = match (&owner.kind, &index.kind, &*node.slice) {
            (Kind::Display(elements), Kind::Int(at), _) => {
                let found = usize::try_from(*at).ok().and_then(|at| elements.get(at));
                found.map_or(Kind::Unknown, |element| element.kind.clone())
            }
            (Kind::Table(rows), Kind::Text(key), _) => {
                let found = rows.iter().rev().find(|(name, _)| name == key);
                found.map_or(Kind::Unknown, |(_, value)| value.kind.clone())
            }
            (Kind::Text(text), _, Expr::Slice(slice)) if is_reversal(slice) => fold::reversed(text),
            (Kind::Path(path), ..) if matches!(&**path, "session" | "flask.session") => {
                return Value::tainted(Some(self.source(
                    Level::Outside,
                    "the session",
                    node.start(),
                )));
            }
            // An element of what an import gives is of its kind: `request.files["x"]`.
            (Kind::Path(path), ..) if path.starts_with("request") || path.starts_with("sys") => {
                owner.kind.clone()
            }
            _ => Kind::Unknown,
        };
        Value {
            kind,
            taint,
            predictable: owner.predictable,
            ..Value::default()
        }
    }

    fn operation(operator: Operator, a: &Value, b: &Value) -> Value {
        let taint = Taint::join(a.taint, b.taint);
        let predictable = a.predictable || b.predictable;
        let kind = match operator {
            Operator::Add => fold::add(a, b),
            Operator::Mod => match a.skeleton() {
                Some(template) => fold::percent(template, b),
                None => Kind::Unknown,
            },
            Operator::Mult => match (&a.kind, &b.kind) {
                (Kind::Int(a), Kind::Int(b)) => Kind::Int(a.wrapping_mul(*b)),
                (Kind::Bytes(_) | Kind::Text(_), _) => a.kind.clone(),
                _ => Kind::Unknown,
            },
            Operator::BitOr => match (&a.kind, &b.kind) {
                (Kind::Int(a), Kind::Int(b)) => Kind::Int(a | b),
                _ => Kind::Unknown,
            },
            Operator::Div => crate::strict::families::joined_path(a, b),
            _ => Kind::Unknown,
        };
        // `%d` lets nothing but numbers through, and how often a text is repeated says nothing of it.
        let taint = match (&kind, a.skeleton(), operator) {
            (Kind::Assembled(_), Some(template), Operator::Mod) if only_numbers(template) => {
                a.taint
            }
            (Kind::Text(_) | Kind::Bytes(_), _, Operator::Mult) => a.taint,
            _ => taint,
        };
        Value {
            kind,
            taint,
            resolved: false,
            predictable,
            joined: a.joined || b.joined,
        }
    }

    fn interpolated(node: &'a crate::syntax::ExprFString, values: &[Value]) -> Value {
        let mut builder = fold::Builder::default();
        let mut next = values.iter();
        let mut taint = None;
        for piece in pieces(node) {
            match piece {
                Piece::Text(text) => builder.literal(&text.value),
                Piece::Value(_) => {
                    if let Some(value) = next.next() {
                        builder.value(value);
                        taint = Taint::join(taint, value.taint);
                    }
                }
            }
        }
        Value {
            predictable: values.iter().any(|value| value.predictable),
            joined: values.iter().any(|value| value.joined),
            ..Value::of(builder.finish()).with_taint(taint)
        }
    }
}

fn comprehension<'a>(
    generators: &'a [Comprehension],
    elements: &[&'a Expr],
    expression: &'a Expr,
    tasks: &mut Vec<Task<'a>>,
) {
    let mut conditions = 0;
    for generator in generators {
        tasks.push(Task::Eval(&generator.iter));
        tasks.push(Task::BindElement(&generator.target));
        for condition in &generator.ifs {
            tasks.push(Task::Eval(condition));
            tasks.push(Task::Drop);
            tasks.push(Task::Assume(condition, true));
            conditions += 1;
        }
    }
    tasks.extend(elements.iter().map(|element| Task::Eval(element)));
    tasks.extend((0..conditions).map(|_| Task::Retract));
    tasks.push(Task::Build(expression, elements.len()));
}
