//! The only room that knows the borrowed Python parser: trees, nodes and their order.
//!
//! Rules see the parser's node types under the names re-exported here, and move through the tree by [`walk`],
//! which visits children in the order of CPython's `ast` module, because Bandit's aliases depend on that order.

mod children;
mod class_name;
mod depth;
mod lines;
mod node;
mod position;
mod text;
mod tree;
mod walk;

pub(crate) use class_name::class_name;
pub(crate) use lines::Lines;
pub(crate) use node::{KINDS, Kind, Node, only_statement};
pub(crate) use position::{line_range, start};
pub(crate) use ruff_python_ast::{
    Alias, BoolOp, CmpOp, Comprehension, Decorator, ExceptHandler, Expr, ExprCall, ExprCompare,
    ExprDict, ExprFString, ExprSlice, ExprStringLiteral, ExprSubscript, Keyword, Number, Operator,
    Parameter, Parameters, Pattern, Stmt, StmtAssert, StmtAssign, StmtAugAssign, StmtClassDef,
    StmtFor, StmtFunctionDef, StmtIf, StmtMatch, StmtReturn, StmtTry, StmtWhile, UnaryOp,
};
pub(crate) use ruff_text_size::{Ranged, TextRange, TextSize};
pub(crate) use text::{Piece, pieces};
pub(crate) use tree::Tree;
pub(crate) use walk::{walk, walk_from};
