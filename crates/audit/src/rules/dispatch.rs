//! The table from nodes and qualified names to the checks that they concern.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::banned::{Banned, check_import, judged_name};
use super::{RULES, RuleInfo, banned_calls, banned_imports};
use crate::call::Call;
use crate::issue::Issue;
use crate::scan::{Report, Site};
use crate::syntax::{KINDS, Kind};

/// A rule with a check of its own.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) info: RuleInfo,
    pub(super) triggers: &'static [Trigger],
}

/// What a rule asks to be called for.
#[derive(Debug)]
pub(super) enum Trigger {
    /// Nodes of one kind.
    Node(Kind, NodeCheck),
    /// Calls of one of these qualified names.
    Calls(&'static [&'static str], CallCheck),
    /// Calls with this name as a segment of their qualified name.
    Segment(&'static str, CallCheck),
    /// Calls with a keyword argument of this name.
    Keyword(&'static str, CallCheck),
    /// Every call.
    EveryCall(CallCheck),
}

/// Looks at a node and reports what it finds.
pub(super) type NodeCheck = for<'a> fn(&RuleInfo, &Site<'_, 'a>, &mut Report<'a>);

/// Looks at a call; an issue is reported at the call.
pub(super) type CallCheck = for<'s> fn(&Call<'s>) -> Option<Issue>;

type Bound<C> = (&'static RuleInfo, C);
type ByName = HashMap<&'static str, Vec<Bound<CallCheck>>>;

/// The triggers of all rules, ready for look-up.
#[derive(Debug, Default)]
pub(crate) struct Dispatch {
    nodes: [Vec<Bound<NodeCheck>>; KINDS],
    calls: ByName,
    segments: ByName,
    keywords: ByName,
    every_call: Vec<Bound<CallCheck>>,
    banned_calls: HashMap<&'static str, &'static Banned>,
}

impl Dispatch {
    /// The one table, built on first use.
    pub(crate) fn get() -> &'static Dispatch {
        static TABLE: OnceLock<Dispatch> = OnceLock::new();
        TABLE.get_or_init(Dispatch::build)
    }

    /// Runs the checks that a node of this kind concerns.
    pub(crate) fn node<'a>(&self, kind: Kind, site: &Site<'_, 'a>, report: &mut Report<'a>) {
        for (info, check) in &self.nodes[kind as usize] {
            check(info, site, report);
        }
        if matches!(kind, Kind::Import | Kind::ImportFrom) {
            check_import(&banned_imports::IMPORTS, site, report);
        }
    }

    /// Runs the checks that a call concerns.
    pub(crate) fn call<'a>(&self, call: &Call<'_>, site: &Site<'_, 'a>, report: &mut Report<'a>) {
        let mut run = |checks: &[Bound<CallCheck>]| {
            for (info, check) in checks {
                if let Some(issue) = check(call) {
                    report.add(info, site, issue);
                }
            }
        };
        run(&self.every_call);
        self.calls
            .get(call.name)
            .into_iter()
            .for_each(|checks| run(checks));
        for (at, segment) in call.name.split('.').enumerate() {
            if let Some(checks) = self.segments.get(segment)
                && call.name.split('.').position(|other| other == segment) == Some(at)
            {
                run(checks);
            }
        }
        for keyword in &call.node.arguments.keywords {
            let name = keyword.arg.as_ref().map_or("", |arg| arg.as_str());
            self.keywords
                .get(name)
                .into_iter()
                .for_each(|checks| run(checks));
        }
        if let Some(name) = judged_name(call)
            && let Some(row) = self.banned_calls.get(name)
        {
            report.add(&row.info, site, row.issue(name));
        }
    }

    fn build() -> Dispatch {
        let mut table = Dispatch::default();
        for rule in &RULES {
            for trigger in rule.triggers {
                table.bind(&rule.info, trigger);
            }
        }
        for row in banned_calls::CALLS.iter().chain(&banned_imports::IMPORTS) {
            for name in row.names {
                table.banned_calls.insert(name, row);
            }
        }
        table
    }

    fn bind(&mut self, info: &'static RuleInfo, trigger: &'static Trigger) {
        match trigger {
            Trigger::Node(kind, check) => self.nodes[*kind as usize].push((info, *check)),
            Trigger::Calls(names, check) => {
                for name in *names {
                    self.calls.entry(name).or_default().push((info, *check));
                }
            }
            Trigger::Segment(name, check) => {
                self.segments.entry(name).or_default().push((info, *check));
            }
            Trigger::Keyword(name, check) => {
                self.keywords.entry(name).or_default().push((info, *check));
            }
            Trigger::EveryCall(check) => self.every_call.push((info, *check)),
        }
    }
}
