//! Where CPython says that a node starts, and the lines that Bandit counts to it.

use ruff_python_ast::{Decorator, Identifier, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::node::Node;
use super::tree::Tree;
use super::walk::walk_from;

/// Offset of a node's first character; a decorated definition starts at its keyword.
pub(crate) fn start(node: &Node<'_>, tree: &Tree) -> TextSize {
    match node {
        Node::Stmt(Stmt::FunctionDef(def)) => {
            let keyword = if def.is_async { "async" } else { "def" };
            keyword_before(&def.name, &def.decorator_list, keyword, tree)
        }
        Node::Stmt(Stmt::ClassDef(class)) => {
            keyword_before(&class.name, &class.decorator_list, "class", tree)
        }
        _ => None,
    }
    .unwrap_or_else(|| node.range().start())
}

/// First and last line of a node, as Bandit's `linerange`.
pub(crate) fn line_range(node: &Node<'_>, tree: &Tree) -> (u32, u32) {
    if node.has_position() {
        let last = tree.lines().line(node.range().end());
        return (tree.lines().line(start(node, tree)), last);
    }
    lines_of_descendants(node, tree)
}

/// Bandit's `calc_linerange`, for nodes without a line of their own: the lines on which what they hold starts.
fn lines_of_descendants(node: &Node<'_>, tree: &Tree) -> (u32, u32) {
    // The body of a `case` does not count; it follows everything that does.
    let end = match node {
        Node::MatchCase(case) => case.body.first().map(Ranged::start),
        _ => None,
    };
    let mut lines = (u32::MAX, 0);
    walk_from(node.clone(), |inner, _| {
        let counts = end.is_none_or(|end| inner.range().start() < end);
        if inner.has_position() && counts {
            let line = tree.lines().line(start(inner, tree));
            lines = (lines.0.min(line), lines.1.max(line));
        }
    });
    if lines.1 == 0 { (0, 1) } else { lines }
}

fn keyword_before(
    name: &Identifier,
    decorators: &[Decorator],
    keyword: &str,
    tree: &Tree,
) -> Option<TextSize> {
    let after = decorators.last()?.range().end();
    if after > name.range.start() {
        return None;
    }
    let between = TextRange::new(after, name.range.start());
    let at = tree.text(between).rfind(keyword)?;
    Some(after + TextSize::new(at as u32))
}
