//! One walk over a tree that calls the rules each node is of interest to.

use std::cell::Cell;

use scrl_record::Finding;

use crate::call::Call;
use crate::issue::{Issue, Located, Scan, located};
use crate::names::Names;
use crate::nosec::{Nosec, Silence};
use crate::profile::Profile;
use crate::rules::{Dispatch, RuleInfo};
use crate::settings::Settings;
use crate::syntax::{Expr, Kind, Node, TextRange, Tree, line_range, start, walk};

/// Levels below the module beyond which Bandit 1.9.4 drops a file ("exception while scanning file"): measured with
/// sums, of which 988 terms pass and 989 do not.
const BANDIT_MAX_DEPTH: u32 = 990;

/// Statements that checks may look at in one file beyond the nodes they are called for.
const FUEL: u32 = 250_000;

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
    pub(crate) settings: &'a Settings,
    /// Name of the file, for settings that depend on it.
    pub(crate) file: &'a str,
    tree: &'a Tree,
    nosec: Option<Nosec>,
    /// The last scope asked about and its lines: many findings may share one parent.
    last_scope: Option<(TextRange, (u32, u32))>,
    scan: Scan,
}

impl<'a> Report<'a> {
    /// Adds an issue at the node of `site`.
    pub(crate) fn add(&mut self, info: &RuleInfo, site: &Site<'_, 'a>, issue: Issue) {
        let scope = match site.node.kind(site.above(1)) {
            Kind::Str => site.above(1).unwrap_or(site.node),
            _ => site.node,
        };
        let start = start(site.node, self.tree);
        let range = TextRange::new(start, site.node.range().end());
        self.add_at(info, range, scope, issue);
    }

    /// Adds an issue at a range; `# nosec` on a line of `scope` silences it.
    pub(crate) fn add_at(
        &mut self,
        info: &RuleInfo,
        at: TextRange,
        scope: &Node<'a>,
        issue: Issue,
    ) {
        let lines = self.lines_of(scope);
        let explicit_line = issue.line_at.map(|offset| self.tree.lines().line(offset));
        if !self.is_silenced(info.id, explicit_line, lines) {
            let located = located(info, issue, at, lines, self.tree.lines());
            self.scan.findings.push(located);
        }
    }

    /// Adds what a rule found in the text of the file; `# nosec` on its line or on the first one silences it.
    pub(crate) fn add_in_text(&mut self, located: Located) {
        let line = located.finding.line;
        if !self.is_silenced(&located.finding.id, Some(line), (0, 1)) {
            self.scan.findings.push(located);
        }
    }

    fn is_silenced(&mut self, id: &str, explicit_line: Option<u32>, lines: (u32, u32)) -> bool {
        let silence = self
            .nosec
            .as_ref()
            .and_then(|nosec| nosec.silences(id, explicit_line, lines));
        match silence {
            Some(Silence::Blanket) => self.scan.nosec += 1,
            Some(Silence::Named) => self.scan.skipped_tests += 1,
            None => {}
        }
        silence.is_some()
    }

    fn lines_of(&mut self, scope: &Node<'a>) -> (u32, u32) {
        match self.last_scope {
            Some((range, lines)) if range == scope.range() && !scope.has_position() => lines,
            _ => {
                let lines = line_range(scope, self.tree);
                self.last_scope = Some((scope.range(), lines));
                lines
            }
        }
    }
}

/// The findings of every rule on a tree, sorted.
pub(crate) fn findings(tree: &Tree) -> Vec<Finding> {
    let scan = scan(tree, Profile::bandit(), "");
    scan.findings
        .into_iter()
        .map(|located| located.finding)
        .collect()
}

/// Runs the rules of a profile over a tree.
pub(crate) fn scan(tree: &Tree, profile: &Profile, file: &str) -> Scan {
    if tree.error.is_some() || tree.depth > BANDIT_MAX_DEPTH {
        return Scan::default();
    }
    let heeds_nosec = !profile.settings.ignore_nosec;
    let mut report = Report {
        settings: &profile.settings,
        file,
        tree,
        nosec: heeds_nosec.then(|| Nosec::read(tree)).flatten(),
        last_scope: None,
        scan: Scan::default(),
    };
    run_rules(tree, &profile.dispatch, &mut report);
    let mut scan = report.scan;
    scan.findings.sort_by(|a, b| {
        let (a, b) = (&a.finding, &b.finding);
        (a.line, a.column, &a.id).cmp(&(b.line, b.column, &b.id))
    });
    scan
}

fn run_rules<'a>(tree: &'a Tree, dispatch: &Dispatch, report: &mut Report<'a>) {
    let mut names = Names::default();
    let mut qualified = String::new();
    let fuel = Cell::new(FUEL);
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
        dispatch.node(kind, &site, report);
        if let Node::Expr(Expr::Call(call)) = node {
            names.qualified(&call.func, &mut qualified);
            let call = Call {
                node: call,
                name: &qualified,
                imports: &names,
                site: &site,
                settings: report.settings,
                fuel: &fuel,
            };
            dispatch.call(&call, &site, report);
        }
    });
    dispatch.text(&tree.source, report);
}
