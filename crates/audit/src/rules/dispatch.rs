//! The table from nodes and qualified names to the checks that they concern.

use std::collections::HashMap;

use super::advice::Advice;
use super::banned::{Banned, check_import, judged_name};
use super::{RULES, RuleInfo, banned_calls, banned_imports};
use crate::call::Call;
use crate::issue::Issue;
use crate::scan::{Report, Site};
use crate::settings::Settings;
use crate::syntax::{KINDS, Keyword, Kind};

/// A rule with a check of its own.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) info: RuleInfo,
    pub(super) advice: Advice,
    pub(super) triggers: &'static [Trigger],
}

/// What a rule asks to be called for.
#[derive(Debug)]
pub(super) enum Trigger {
    /// Nodes of one kind.
    Node(Kind, NodeCheck),
    /// Calls of one of these qualified names.
    Calls(&'static [&'static str], CallCheck),
    /// Calls of one of the qualified names that the settings list.
    Configured(fn(&Settings) -> &[String], CallCheck),
    /// Calls with this name as a segment of their qualified name.
    Segment(&'static str, CallCheck),
    /// Calls with a keyword argument of this name.
    Keyword(&'static str, CallCheck),
    /// Every call.
    EveryCall(CallCheck),
    /// The text of the file, once.
    Text(TextCheck),
}

/// Looks at a node and reports what it finds.
pub(super) type NodeCheck = for<'a> fn(&RuleInfo, &Site<'_, 'a>, &mut Report<'a>);

/// Looks at a call; an issue is reported at the call.
pub(super) type CallCheck = for<'s> fn(&Call<'s>) -> Option<Issue>;

/// Looks at the text of a file and reports what it finds.
pub(super) type TextCheck = fn(&RuleInfo, &str, &mut Report<'_>);

type Bound<C> = (&'static RuleInfo, C);
type ByName = HashMap<String, Vec<Bound<CallCheck>>>;

/// The triggers of the selected rules, ready for look-up.
#[derive(Debug, Default)]
pub(crate) struct Dispatch {
    nodes: [Vec<Bound<NodeCheck>>; KINDS],
    calls: ByName,
    segments: ByName,
    keywords: ByName,
    every_call: Vec<Bound<CallCheck>>,
    texts: Vec<Bound<TextCheck>>,
    banned_calls: HashMap<&'static str, &'static Banned>,
    banned_imports: Vec<&'static Banned>,
}

impl Dispatch {
    /// The table of the rules that the settings select.
    pub(crate) fn new(settings: &Settings) -> Dispatch {
        let mut table = Dispatch::default();
        for rule in RULES.iter().filter(|rule| settings.selects(rule.info.id)) {
            for trigger in rule.triggers {
                table.bind(&rule.info, trigger, settings);
            }
        }
        let selected = |row: &&'static Banned| settings.selects(row.info.id);
        table.banned_imports = banned_imports::IMPORTS.iter().filter(selected).collect();
        let calls = banned_calls::CALLS.iter().filter(selected);
        for row in calls.chain(table.banned_imports.iter().copied()) {
            for name in row.names {
                table.banned_calls.insert(name, row);
            }
        }
        table
    }

    /// Runs the checks that a node of this kind concerns.
    pub(crate) fn node<'a>(&self, kind: Kind, site: &Site<'_, 'a>, report: &mut Report<'a>) {
        for (info, check) in &self.nodes[kind as usize] {
            check(info, site, report);
        }
        if matches!(kind, Kind::Import | Kind::ImportFrom) {
            check_import(&self.banned_imports, site, report);
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
        let keywords = &call.node.arguments.keywords;
        for (at, keyword) in keywords.iter().enumerate() {
            let name = keyword.arg.as_ref().map_or("", |arg| arg.as_str());
            let same = |other: &Keyword| other.arg.as_deref() == Some(name);
            // `ast.parse` takes a repeated keyword; one call is one finding all the same.
            if let Some(checks) = self.keywords.get(name)
                && keywords.iter().position(same) == Some(at)
            {
                run(checks);
            }
        }
        if let Some(name) = judged_name(call)
            && let Some(row) = self.banned_calls.get(name)
        {
            report.add(&row.info, site, row.issue(name));
        }
    }

    /// Runs the checks of whole files.
    pub(crate) fn text(&self, text: &str, report: &mut Report<'_>) {
        for (info, check) in &self.texts {
            check(info, text, report);
        }
    }

    fn bind(&mut self, info: &'static RuleInfo, trigger: &Trigger, settings: &Settings) {
        match trigger {
            Trigger::Node(kind, check) => self.nodes[*kind as usize].push((info, *check)),
            Trigger::Calls(names, check) => {
                for name in *names {
                    bind_name(&mut self.calls, name, info, *check);
                }
            }
            Trigger::Configured(names, check) => {
                for name in names(settings) {
                    bind_name(&mut self.calls, name, info, *check);
                }
            }
            Trigger::Segment(name, check) => bind_name(&mut self.segments, name, info, *check),
            Trigger::Keyword(name, check) => bind_name(&mut self.keywords, name, info, *check),
            Trigger::EveryCall(check) => self.every_call.push((info, *check)),
            Trigger::Text(check) => self.texts.push((info, *check)),
        }
    }
}

/// Binds a check to a name, once: a function may stand in several lists of the settings.
fn bind_name(table: &mut ByName, name: &str, info: &'static RuleInfo, check: CallCheck) {
    let checks = table.entry(name.to_owned()).or_default();
    if checks.iter().all(|(bound, _)| bound.id != info.id) {
        checks.push((info, check));
    }
}
