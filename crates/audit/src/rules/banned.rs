//! Names that are flagged wherever they are called or imported; the lists are data.
//!
//! Flagged: `pickle.loads(x)`, `import subprocess`, `__import__("pickle")`, `importlib.import_module("telnetlib")`.
//! Accepted: `json.loads(x)`, `importlib.import_module(name)` of an unknown name.

use scrl_record::{Confidence, Severity};

use super::RuleInfo;
use super::advice::Advice;
use crate::call::{Call, Value};
use crate::issue::Issue;
use crate::scan::{Report, Site};
use crate::syntax::{Expr, Node, Stmt};

/// One row of the lists.
#[derive(Debug)]
pub(super) struct Banned {
    pub(super) info: RuleInfo,
    pub(super) severity: Severity,
    /// Qualified names of calls, or prefixes of imports.
    pub(super) names: &'static [&'static str],
    pub(super) message: &'static str,
    pub(super) advice: Advice,
}

impl Banned {
    pub(super) fn issue(&self, name: &str) -> Issue {
        Issue::new(
            self.severity,
            Confidence::High,
            self.message.replace("{name}", name),
        )
    }
}

/// The name that a call is judged by: of what it calls, or of the module it imports.
pub(super) fn judged_name<'s>(call: &Call<'s>) -> Option<&'s str> {
    if matches!(&*call.node.func, Expr::Name(name) if name.id == *"__import__") {
        return match call.args().first() {
            Some(Expr::StringLiteral(literal)) => Some(literal.value.to_str()),
            _ => None,
        };
    }
    if !matches!(
        call.name,
        "importlib.import_module" | "importlib.__import__"
    ) {
        return Some(call.name);
    }
    if call.arguments_break_bandit() {
        return None;
    }
    match call.arg(0).or_else(|| call.keyword_value("name"))? {
        Value::Text(name) => Some(name),
        Value::Other(_) | Value::Unknown => None,
    }
}

/// Reports the first row that an import statement matches.
pub(super) fn check_import<'a>(
    rows: &[&'static Banned],
    site: &Site<'_, 'a>,
    report: &mut Report<'a>,
) {
    let (prefix, names) = match site.node {
        Node::Stmt(Stmt::Import(import)) => (None, &import.names),
        Node::Stmt(Stmt::ImportFrom(import)) => (import.module.as_deref(), &import.names),
        _ => return,
    };
    for row in rows {
        for alias in names {
            let found = row
                .names
                .iter()
                .any(|banned| starts_with(prefix, &alias.name, banned));
            if found {
                report.add(&row.info, site, row.issue(&alias.name));
                return;
            }
        }
    }
}

/// Whether `prefix.name`, or `name` alone, starts with `banned`.
fn starts_with(prefix: Option<&str>, name: &str, banned: &str) -> bool {
    let Some(prefix) = prefix else {
        return name.starts_with(banned);
    };
    match banned.strip_prefix(prefix) {
        Some("") => true,
        Some(rest) => rest
            .strip_prefix('.')
            .is_some_and(|rest| name.starts_with(rest)),
        None => prefix.starts_with(banned),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags};

    #[test]
    fn calls_are_flagged_by_qualified_name() {
        flags(
            "import pickle\npickle.loads(x)\n",
            &["B403:1:0", "B301:2:0"],
        );
        flags(
            "from pickle import loads as l\nl(x)\n",
            &["B403:1:0", "B301:2:0"],
        );
        flags("eval(x)\n", &["B307:1:0"]);
        accepts("import json\njson.loads(x)\n");
        accepts("ast.literal_eval(x)\n");
    }

    #[test]
    fn imports_are_flagged_by_prefix_once_a_statement() {
        flags("import pickleshare\n", &["B403:1:0"]);
        flags("import pickle, shelve\n", &["B403:1:0"]);
        flags("import pickle, subprocess\n", &["B403:1:0"]);
        flags("from xml.etree import ElementTree\n", &["B405:1:0"]);
        flags("from xml import sax\n", &["B406:1:0"]);
        accepts("from . import telnet\nimport xml\nfrom xml import dom\n");
        flags("from . import pickle\n", &["B403:1:0"]);
    }

    #[test]
    fn dynamic_imports_are_flagged_by_their_argument() {
        flags("__import__('pickle')\n", &["B403:1:0"]);
        flags(
            "import importlib\nimportlib.import_module('telnetlib')\n",
            &["B401:2:0"],
        );
        flags(
            "import importlib\nimportlib.import_module(name='ftplib')\n",
            &["B402:2:0"],
        );
        accepts("__import__(x)\n__import__()\nimport importlib\nimportlib.import_module()\n");
        accepts("import importlib\nimportlib.import_module('pickleshare')\n");
    }
}
