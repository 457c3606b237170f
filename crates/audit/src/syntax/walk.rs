//! Visits every node of a tree, parents before children, without recursion.
//!
//! The tree of a hostile source is as deep as the source is long; a recursive visitor would end the process.

use ruff_python_ast::Stmt;

use super::children::{Out, children};
use super::node::Node;

/// Calls `visit` with each node below `body` and the chain of its ancestors, outermost first.
pub(crate) fn walk<'a>(body: &'a [Stmt], visit: impl FnMut(&Node<'a>, &[Node<'a>])) {
    let mut stack = Vec::with_capacity(64);
    Out {
        stack: &mut stack,
        depth: 0,
    }
    .body(body);
    stack.reverse();
    drain(stack, visit);
}

/// Calls `visit` with `root` and each node below it.
pub(crate) fn walk_from<'a>(root: Node<'a>, visit: impl FnMut(&Node<'a>, &[Node<'a>])) {
    drain(vec![(root, 0)], visit);
}

fn drain<'a>(mut stack: Vec<(Node<'a>, u32)>, mut visit: impl FnMut(&Node<'a>, &[Node<'a>])) {
    let mut ancestors: Vec<Node<'a>> = Vec::with_capacity(16);
    while let Some((node, depth)) = stack.pop() {
        ancestors.truncate(depth as usize);
        visit(&node, &ancestors);
        let start = stack.len();
        let mut out = Out {
            stack: &mut stack,
            depth: depth + 1,
        };
        children(&node, &mut out);
        stack[start..].reverse();
        ancestors.push(node);
    }
}
