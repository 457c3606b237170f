//! The children of a node in the field order of CPython's `ast` module.
//!
//! Three orders differ from the source: a function's decorators and return annotation come after its body, a
//! comprehension's element before its generators, and all keys of a dictionary before its values.

use ruff_python_ast::{
    Arguments, Comprehension, Decorator, Expr, ExprFString, ExprTString, Keyword, Parameters,
    Pattern, Stmt, StmtIf, StmtTry, TypeParam, TypeParams,
};
use ruff_text_size::TextRange;

use super::node::{Node, elif_clause};
use super::text::{Piece, element_pieces, pieces, template_pieces};

/// Appends the children of `node` to `out`.
pub(super) fn children<'a>(node: &Node<'a>, out: &mut Out<'_, 'a>) {
    match node {
        Node::Stmt(statement) => statement_children(statement, out),
        Node::Expr(expression) => expression_children(expression, out),
        Node::Elif(statement, at) => {
            let clause = elif_clause(statement, *at);
            out.maybe(clause.test.as_ref());
            out.body(&clause.body);
            or_else(statement, at + 1, out);
        }
        Node::Handler(handler) => {
            let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
            out.maybe(handler.type_.as_deref());
            out.body(&handler.body);
        }
        Node::Parameters(parameters) => parameters_children(parameters, out),
        Node::Parameter(parameter) => out.maybe(parameter.annotation.as_deref()),
        Node::Keyword(keyword) => out.expr(&keyword.value),
        Node::Comprehension(node) => {
            out.expr(&node.target);
            out.expr(&node.iter);
            out.exprs(&node.ifs);
        }
        Node::WithItem(item) => {
            out.expr(&item.context_expr);
            out.maybe(item.optional_vars.as_deref());
        }
        Node::MatchCase(case) => {
            out.push(Node::Pattern(&case.pattern));
            out.maybe(case.guard.as_deref());
            out.body(&case.body);
        }
        Node::Pattern(pattern) => pattern_children(pattern, out),
        Node::TypeParam(parameter) => type_param_children(parameter, out),
        Node::Interpolation(element, whole) => {
            out.expr(&element.expression);
            if let Some(spec) = &element.format_spec {
                out.push(Node::FormatSpec(spec, *whole));
            }
        }
        Node::FormatSpec(spec, whole) => {
            push_pieces(element_pieces(spec.elements.iter(), *whole), *whole, out);
        }
        Node::Text(_) => {}
    }
}

/// The list that children are appended to.
pub(super) struct Out<'s, 'a> {
    pub(super) stack: &'s mut Vec<(Node<'a>, u32)>,
    pub(super) depth: u32,
}

impl<'a> Out<'_, 'a> {
    pub(super) fn push(&mut self, node: Node<'a>) {
        self.stack.push((node, self.depth));
    }

    fn expr(&mut self, expression: &'a Expr) {
        self.push(Node::Expr(expression));
    }

    fn maybe(&mut self, expression: Option<&'a Expr>) {
        if let Some(expression) = expression {
            self.expr(expression);
        }
    }

    fn exprs(&mut self, expressions: &'a [Expr]) {
        for expression in expressions {
            self.expr(expression);
        }
    }

    pub(super) fn body(&mut self, statements: &'a [Stmt]) {
        for statement in statements {
            self.push(Node::Stmt(statement));
        }
    }

    fn keywords(&mut self, keywords: &'a [Keyword]) {
        for keyword in keywords {
            self.push(Node::Keyword(keyword));
        }
    }

    fn arguments(&mut self, arguments: &'a Arguments) {
        self.exprs(&arguments.args);
        self.keywords(&arguments.keywords);
    }

    fn decorators(&mut self, decorators: &'a [Decorator]) {
        for decorator in decorators {
            self.expr(&decorator.expression);
        }
    }

    fn type_params(&mut self, parameters: Option<&'a TypeParams>) {
        for parameter in parameters
            .into_iter()
            .flat_map(|list| list.type_params.iter())
        {
            self.push(Node::TypeParam(parameter));
        }
    }

    fn generators(&mut self, generators: &'a [Comprehension]) {
        for generator in generators {
            self.push(Node::Comprehension(generator));
        }
    }

    fn patterns(&mut self, patterns: &'a [Pattern]) {
        for pattern in patterns {
            self.push(Node::Pattern(pattern));
        }
    }
}

fn statement_children<'a>(statement: &'a Stmt, out: &mut Out<'_, 'a>) {
    match statement {
        Stmt::FunctionDef(_) | Stmt::ClassDef(_) => definition_children(statement, out),
        Stmt::Return(node) => out.maybe(node.value.as_deref()),
        Stmt::Delete(node) => out.exprs(&node.targets),
        Stmt::TypeAlias(node) => {
            out.expr(&node.name);
            out.type_params(node.type_params.as_deref());
            out.expr(&node.value);
        }
        Stmt::Assign(node) => {
            out.exprs(&node.targets);
            out.expr(&node.value);
        }
        Stmt::AugAssign(node) => {
            out.expr(&node.target);
            out.expr(&node.value);
        }
        Stmt::AnnAssign(node) => {
            out.expr(&node.target);
            out.expr(&node.annotation);
            out.maybe(node.value.as_deref());
        }
        Stmt::Raise(node) => {
            out.maybe(node.exc.as_deref());
            out.maybe(node.cause.as_deref());
        }
        Stmt::Assert(node) => {
            out.expr(&node.test);
            out.maybe(node.msg.as_deref());
        }
        Stmt::Expr(node) => out.expr(&node.value),
        Stmt::For(_)
        | Stmt::While(_)
        | Stmt::If(_)
        | Stmt::With(_)
        | Stmt::Match(_)
        | Stmt::Try(_) => compound_children(statement, out),
        Stmt::Import(_)
        | Stmt::ImportFrom(_)
        | Stmt::Global(_)
        | Stmt::Nonlocal(_)
        | Stmt::Pass(_)
        | Stmt::Break(_)
        | Stmt::Continue(_)
        | Stmt::IpyEscapeCommand(_) => {}
    }
}

fn definition_children<'a>(statement: &'a Stmt, out: &mut Out<'_, 'a>) {
    match statement {
        Stmt::FunctionDef(def) => {
            out.push(Node::Parameters(&def.parameters));
            out.body(&def.body);
            out.decorators(&def.decorator_list);
            out.maybe(def.returns.as_deref());
            out.type_params(def.type_params.as_deref());
        }
        Stmt::ClassDef(class) => {
            if let Some(arguments) = &class.arguments {
                out.arguments(arguments);
            }
            out.body(&class.body);
            out.decorators(&class.decorator_list);
            out.type_params(class.type_params.as_deref());
        }
        _ => {}
    }
}

fn compound_children<'a>(statement: &'a Stmt, out: &mut Out<'_, 'a>) {
    match statement {
        Stmt::For(node) => {
            out.expr(&node.target);
            out.expr(&node.iter);
            out.body(&node.body);
            out.body(&node.orelse);
        }
        Stmt::While(node) => {
            out.expr(&node.test);
            out.body(&node.body);
            out.body(&node.orelse);
        }
        Stmt::If(node) => {
            out.expr(&node.test);
            out.body(&node.body);
            or_else(node, 0, out);
        }
        Stmt::With(node) => {
            for item in &node.items {
                out.push(Node::WithItem(item));
            }
            out.body(&node.body);
        }
        Stmt::Match(node) => {
            out.expr(&node.subject);
            for case in &node.cases {
                out.push(Node::MatchCase(case));
            }
        }
        Stmt::Try(node) => try_children(node, out),
        _ => {}
    }
}

/// What follows clause `at - 1` of an `if`: the next `elif` as a node of its own, or the body of `else`.
fn or_else<'a>(statement: &'a StmtIf, at: usize, out: &mut Out<'_, 'a>) {
    match statement.elif_else_clauses.get(at) {
        Some(clause) if clause.test.is_some() => out.push(Node::Elif(statement, at)),
        Some(clause) => {
            out.body(&clause.body);
            // Only a tree recovered from broken code goes on after `else`.
            or_else_after_else(statement, at + 1, out);
        }
        None => {}
    }
}

fn or_else_after_else<'a>(statement: &'a StmtIf, at: usize, out: &mut Out<'_, 'a>) {
    if at < statement.elif_else_clauses.len() {
        out.push(Node::Elif(statement, at));
    }
}

fn try_children<'a>(node: &'a StmtTry, out: &mut Out<'_, 'a>) {
    out.body(&node.body);
    for handler in &node.handlers {
        out.push(Node::Handler(handler));
    }
    out.body(&node.orelse);
    out.body(&node.finalbody);
}

fn expression_children<'a>(expression: &'a Expr, out: &mut Out<'_, 'a>) {
    match expression {
        Expr::BoolOp(node) => out.exprs(&node.values),
        Expr::Named(node) => {
            out.expr(&node.target);
            out.expr(&node.value);
        }
        Expr::BinOp(node) => {
            out.expr(&node.left);
            out.expr(&node.right);
        }
        Expr::UnaryOp(node) => out.expr(&node.operand),
        Expr::Lambda(node) => {
            if let Some(parameters) = &node.parameters {
                out.push(Node::Parameters(parameters));
            }
            out.expr(&node.body);
        }
        Expr::If(node) => {
            out.expr(&node.test);
            out.expr(&node.body);
            out.expr(&node.orelse);
        }
        Expr::Compare(node) => {
            out.expr(&node.left);
            out.exprs(&node.comparators);
        }
        Expr::Call(node) => {
            out.expr(&node.func);
            out.arguments(&node.arguments);
        }
        Expr::FString(node) => fstring_children(node, out),
        Expr::TString(node) => tstring_children(node, out),
        Expr::Attribute(node) => out.expr(&node.value),
        Expr::Subscript(node) => {
            out.expr(&node.value);
            out.expr(&node.slice);
        }
        Expr::Starred(node) => out.expr(&node.value),
        Expr::Await(node) => out.expr(&node.value),
        Expr::Yield(node) => out.maybe(node.value.as_deref()),
        Expr::YieldFrom(node) => out.expr(&node.value),
        Expr::Slice(node) => {
            out.maybe(node.lower.as_deref());
            out.maybe(node.upper.as_deref());
            out.maybe(node.step.as_deref());
        }
        _ => display_children(expression, out),
    }
}

/// Children of displays and comprehensions; literals and names have none.
fn display_children<'a>(expression: &'a Expr, out: &mut Out<'_, 'a>) {
    match expression {
        Expr::List(node) => out.exprs(&node.elts),
        Expr::Tuple(node) => out.exprs(&node.elts),
        Expr::Set(node) => out.exprs(&node.elts),
        Expr::Dict(node) => {
            for item in &node.items {
                out.maybe(item.key.as_ref());
            }
            for item in &node.items {
                out.expr(&item.value);
            }
        }
        Expr::ListComp(node) => {
            out.expr(&node.elt);
            out.generators(&node.generators);
        }
        Expr::SetComp(node) => {
            out.expr(&node.elt);
            out.generators(&node.generators);
        }
        Expr::Generator(node) => {
            out.expr(&node.elt);
            out.generators(&node.generators);
        }
        Expr::DictComp(node) => {
            out.maybe(node.key.as_deref());
            out.expr(&node.value);
            out.generators(&node.generators);
        }
        _ => {}
    }
}

fn fstring_children<'a>(node: &'a ExprFString, out: &mut Out<'_, 'a>) {
    push_pieces(pieces(node), node.range, out);
}

fn tstring_children<'a>(node: &'a ExprTString, out: &mut Out<'_, 'a>) {
    push_pieces(template_pieces(node), node.range, out);
}

fn push_pieces<'a>(pieces: Vec<Piece<'a>>, whole: TextRange, out: &mut Out<'_, 'a>) {
    for piece in pieces {
        out.push(match piece {
            Piece::Text(text) => Node::Text(text),
            Piece::Value(element) => Node::Interpolation(element, whole),
        });
    }
}

fn parameters_children<'a>(parameters: &'a Parameters, out: &mut Out<'_, 'a>) {
    let positional = || parameters.posonlyargs.iter().chain(&parameters.args);
    for parameter in positional() {
        out.push(Node::Parameter(&parameter.parameter));
    }
    if let Some(parameter) = &parameters.vararg {
        out.push(Node::Parameter(parameter));
    }
    for parameter in &parameters.kwonlyargs {
        out.push(Node::Parameter(&parameter.parameter));
    }
    for parameter in &parameters.kwonlyargs {
        out.maybe(parameter.default.as_deref());
    }
    if let Some(parameter) = &parameters.kwarg {
        out.push(Node::Parameter(parameter));
    }
    for parameter in positional() {
        out.maybe(parameter.default.as_deref());
    }
}

fn pattern_children<'a>(pattern: &'a Pattern, out: &mut Out<'_, 'a>) {
    match pattern {
        Pattern::MatchValue(node) => out.expr(&node.value),
        Pattern::MatchSequence(node) => out.patterns(&node.patterns),
        Pattern::MatchMapping(node) => {
            out.exprs(&node.keys);
            out.patterns(&node.patterns);
        }
        Pattern::MatchClass(node) => {
            out.expr(&node.cls);
            out.patterns(&node.arguments.patterns);
            for keyword in &node.arguments.keywords {
                out.push(Node::Pattern(&keyword.pattern));
            }
        }
        Pattern::MatchAs(node) => {
            if let Some(inner) = &node.pattern {
                out.push(Node::Pattern(inner));
            }
        }
        Pattern::MatchOr(node) => out.patterns(&node.patterns),
        Pattern::MatchSingleton(_) | Pattern::MatchStar(_) => {}
    }
}

fn type_param_children<'a>(parameter: &'a TypeParam, out: &mut Out<'_, 'a>) {
    match parameter {
        TypeParam::TypeVar(node) => {
            out.maybe(node.bound.as_deref());
            out.maybe(node.default.as_deref());
        }
        TypeParam::TypeVarTuple(node) => out.maybe(node.default.as_deref()),
        TypeParam::ParamSpec(node) => out.maybe(node.default.as_deref()),
    }
}
