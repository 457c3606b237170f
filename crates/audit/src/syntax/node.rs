//! One node of a Python tree, in the shape of CPython's `ast` module.

use ruff_python_ast::{
    Comprehension, ElifElseClause, ExceptHandler, Expr, InterpolatedElement,
    InterpolatedStringFormatSpec, Keyword, MatchCase, Parameter, Parameters, Pattern, Stmt, StmtIf,
    TypeParam, WithItem,
};
use ruff_text_size::{Ranged, TextRange};

use super::text::Text;

/// A node as CPython's `ast` would have it.
#[derive(Clone, Debug)]
pub(crate) enum Node<'a> {
    Stmt(&'a Stmt),
    Expr(&'a Expr),
    /// The `If` that CPython nests into `orelse` for the clause of this index.
    Elif(&'a StmtIf, usize),
    Handler(&'a ExceptHandler),
    Parameters(&'a Parameters),
    Parameter(&'a Parameter),
    Keyword(&'a Keyword),
    Comprehension(&'a Comprehension),
    WithItem(&'a WithItem),
    MatchCase(&'a MatchCase),
    Pattern(&'a Pattern),
    TypeParam(&'a TypeParam),
    /// `FormattedValue`, with the range of the string that holds it.
    Interpolation(&'a InterpolatedElement, TextRange),
    /// The `JoinedStr` of a format specification, with the range of the string that holds it.
    FormatSpec(&'a InterpolatedStringFormatSpec, TextRange),
    /// A `Constant` inside a `JoinedStr`.
    Text(Text<'a>),
}

/// What rules ask to be called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Assert,
    /// A synchronous `def`; Bandit does not look at `async def`.
    FunctionDef,
    ExceptHandler,
    Assign,
    Import,
    ImportFrom,
    Call,
    /// A string constant, whole or inside an f-string.
    Str,
    Dict,
    Compare,
    /// A binary operation that is not itself an operand of another.
    BinOpRoot,
    FString,
    Other,
}

/// How many kinds there are.
pub(crate) const KINDS: usize = Kind::Other as usize + 1;

impl<'a> Node<'a> {
    /// What this node is to the rules. `parent` tells roots of binary operations apart.
    pub(crate) fn kind(&self, parent: Option<&Node<'a>>) -> Kind {
        match self {
            Node::Stmt(statement) => statement_kind(statement),
            Node::Expr(expression) => expression_kind(expression, parent),
            Node::Handler(_) => Kind::ExceptHandler,
            Node::FormatSpec(..) => Kind::FString,
            Node::Text(_) => Kind::Str,
            _ => Kind::Other,
        }
    }

    /// The bytes the node spans in the source, decorators included.
    pub(crate) fn range(&self) -> TextRange {
        match self {
            Node::Stmt(node) => node.range(),
            Node::Expr(node) => node.range(),
            Node::Elif(node, at) => {
                TextRange::new(elif_clause(node, *at).range.start(), node.range.end())
            }
            Node::Handler(node) => node.range(),
            Node::Parameters(node) => node.range,
            Node::Parameter(node) => node.range,
            Node::Keyword(node) => node.range,
            Node::Comprehension(node) => node.range,
            Node::WithItem(node) => node.range,
            Node::MatchCase(node) => node.range,
            Node::Pattern(node) => node.range(),
            Node::TypeParam(node) => node.range(),
            Node::Interpolation(_, whole) | Node::FormatSpec(_, whole) => *whole,
            Node::Text(text) => text.whole,
        }
    }

    /// Whether CPython gives this node a line number of its own.
    pub(crate) fn has_position(&self) -> bool {
        !matches!(
            self,
            Node::Parameters(_) | Node::Comprehension(_) | Node::WithItem(_) | Node::MatchCase(_)
        )
    }

    /// Whether CPython hangs a context or operator leaf below this node, one level deeper.
    pub(super) fn has_leaf(&self) -> bool {
        matches!(
            self,
            Node::Expr(
                Expr::Name(_)
                    | Expr::Attribute(_)
                    | Expr::Subscript(_)
                    | Expr::Starred(_)
                    | Expr::List(_)
                    | Expr::Tuple(_)
                    | Expr::BinOp(_)
                    | Expr::UnaryOp(_)
                    | Expr::BoolOp(_)
                    | Expr::Compare(_)
            )
        )
    }

    /// The expression, where the node is one.
    pub(crate) fn as_expr(&self) -> Option<&'a Expr> {
        match self {
            Node::Expr(expression) => Some(expression),
            _ => None,
        }
    }

    /// The value of a string constant, whole or inside an f-string.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Node::Expr(Expr::StringLiteral(literal)) => Some(literal.value.to_str()),
            Node::Text(text) => Some(&text.value),
            _ => None,
        }
    }
}

/// The clause behind a [`Node::Elif`].
pub(super) fn elif_clause(statement: &StmtIf, at: usize) -> &ElifElseClause {
    &statement.elif_else_clauses[at]
}

fn statement_kind(statement: &Stmt) -> Kind {
    match statement {
        Stmt::Assert(_) => Kind::Assert,
        Stmt::FunctionDef(def) if !def.is_async => Kind::FunctionDef,
        Stmt::Assign(_) => Kind::Assign,
        Stmt::Import(_) => Kind::Import,
        Stmt::ImportFrom(_) => Kind::ImportFrom,
        _ => Kind::Other,
    }
}

fn expression_kind(expression: &Expr, parent: Option<&Node<'_>>) -> Kind {
    match expression {
        Expr::Call(_) => Kind::Call,
        // A string that stands alone as a statement is a docstring to Bandit.
        Expr::StringLiteral(_) if matches!(parent, Some(Node::Stmt(Stmt::Expr(_)))) => Kind::Other,
        Expr::StringLiteral(_) => Kind::Str,
        Expr::Dict(_) => Kind::Dict,
        Expr::Compare(_) => Kind::Compare,
        Expr::FString(_) => Kind::FString,
        Expr::BinOp(_) if !matches!(parent, Some(Node::Expr(Expr::BinOp(_)))) => Kind::BinOpRoot,
        _ => Kind::Other,
    }
}

/// The only statement of an `except` that names no type, or `Exception`, or, where `typed` asks for it, any type.
pub(crate) fn only_statement<'a>(node: &Node<'a>, typed: bool) -> Option<&'a Stmt> {
    let Node::Handler(ExceptHandler::ExceptHandler(handler)) = node else {
        return None;
    };
    let catches_all = match handler.type_.as_deref() {
        None => true,
        Some(Expr::Name(name)) => name.id == *"Exception",
        Some(_) => false,
    };
    match &handler.body[..] {
        [statement] if catches_all || typed => Some(statement),
        _ => None,
    }
}
