//! One walk over a tree that calls the rules each node is of interest to.

use scrl_record::Finding;

use crate::Mode;
use crate::call::Call;
use crate::issue::{Issue, finding};
use crate::names::Names;
use crate::nosec::Nosec;
use crate::rules::{Dispatch, RuleInfo};
use crate::syntax::{Kind, Node, TextSize, Tree, start, walk};

/// Levels below the module beyond which Bandit 1.9.4 drops a file ("exception while scanning file"): measured with
/// sums, of which 988 terms pass and 989 do not.
const BANDIT_MAX_DEPTH: u32 = 990;

/// A node with what a check may ask about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site<'s, 'a> {
    pub(crate) node: &'s Node<'a>,
    /// From the statement of the module down to the parent.
    pub(crate) ancestors: &'s [Node<'a>],
    pub(crate) tree: &'a Tree,
}

impl<'s, 'a> Site<'s, 'a> {
    /// The node `levels` above this one; 1 is its parent, `None` the module.
    pub(crate) fn above(&self, levels: usize) -> Option<&'s Node<'a>> {
        self.ancestors
            .len()
            .checked_sub(levels)
            .map(|at| &self.ancestors[at])
    }
}

/// Where the findings of one scan gather.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    tree: &'a Tree,
    nosec: Option<Nosec>,
    findings: Vec<Finding>,
}

impl<'a> Report<'a> {
    /// Adds an issue at the node of `site`.
    pub(crate) fn add(&mut self, info: &RuleInfo, site: &Site<'_, 'a>, issue: Issue) {
        let scope = match site.node.kind(site.above(1)) {
            Kind::Str => site.above(1).unwrap_or(site.node),
            _ => site.node,
        };
        self.add_at(info, start(site.node, self.tree), scope, issue);
    }

    /// Adds an issue at an offset; `# nosec` on a line of `scope` silences it.
    pub(crate) fn add_at(&mut self, info: &RuleInfo, at: TextSize, scope: &Node<'a>, issue: Issue) {
        let explicit_line = issue.line_at.map(|offset| self.tree.lines.line(offset));
        if let Some(nosec) = &mut self.nosec
            && nosec.silences(info.id, explicit_line, scope, self.tree)
        {
            return;
        }
        self.findings
            .push(finding(info, issue, at, &self.tree.lines));
    }
}

/// Runs every rule over a tree.
pub(crate) fn findings(tree: &Tree, mode: Mode) -> Vec<Finding> {
    if mode == Mode::Bandit && (tree.error.is_some() || tree.depth > BANDIT_MAX_DEPTH) {
        return Vec::new();
    }
    let mut report = Report {
        tree,
        nosec: (mode == Mode::Bandit).then(|| Nosec::read(tree)).flatten(),
        findings: Vec::new(),
    };
    let dispatch = Dispatch::get();
    let mut names = Names::default();
    let mut qualified = String::new();
    walk(tree.body(), |node, ancestors| {
        names.learn(node);
        let kind = node.kind(ancestors.last());
        if kind == Kind::Other {
            return;
        }
        let site = Site {
            node,
            ancestors,
            tree,
        };
        dispatch.node(kind, &site, &mut report);
        if let Some(call) = node
            .as_expr()
            .and_then(|expression| expression.as_call_expr())
        {
            names.qualified(&call.func, &mut qualified);
            let call = Call {
                node: call,
                name: &qualified,
                imports: &names,
            };
            dispatch.call(&call, &site, &mut report);
        }
    });
    let mut findings = report.findings;
    findings.sort_by(|a, b| (a.line, a.column, &a.id).cmp(&(b.line, b.column, &b.id)));
    findings
}
