//! Code and names made at run time.
//!
//! Flagged: `eval(text)`, `exec(decode(blob))`, `getattr(os, name)`, `globals()[name]()`, and whatever a constant
//! text that is executed holds. Accepted: `eval("1 + 1")`, `getattr(os, "sep")`, `getattr(point, axis)`.

use scrl_record::Confidence;

use super::analysis::Analysis;
use super::calls::Called;
use super::catalogue as rules;
use super::report::Weight;
use super::resolve::canonical;
use super::tables;
use super::value::{Clean, Kind, Level, Taint, Value};
use crate::syntax::{ExprSubscript, Ranged, TextSize};

/// Modules whose attributes are worth hiding.
const WORTH_HIDING: &[&str] = &[
    "os",
    "subprocess",
    "builtins",
    "sys",
    "posix",
    "pty",
    "ctypes",
    "importlib",
    "shutil",
];

impl<'a> Analysis<'a> {
    /// What a call that looks a name up gives; `None` for other calls.
    pub(super) fn dynamic(&mut self, called: &Called<'_, 'a>) -> Option<Value> {
        let first = called.positional.first();
        match called.path {
            "getattr" => self.got(first?, called.positional.get(1)?, called.at),
            "__import__" | "importlib.import_module" | "importlib.__import__" => {
                let name = called.argument(0, "name")?.as_text()?;
                // `__import__("os.path")` gives `os`, `import_module("os.path")` the whole.
                let name = match called.path {
                    "__import__" => name.split('.').next().unwrap_or(name),
                    _ => name,
                };
                Some(Value::path(&canonical(name)))
            }
            // The attributes of an object, not the variables at hand.
            "vars" => Some(match first?.as_path() {
                Some(module) => Value::path(&format!("vars({module})")),
                None => Value::tainted(first?.taint),
            }),
            _ => self.dynamic_method(called),
        }
    }

    fn dynamic_method(&mut self, called: &Called<'_, 'a>) -> Option<Value> {
        let receiver = called.receiver?;
        let first = called.positional.first()?;
        match called.name {
            "__getattribute__" | "__getattr__" => self.got(receiver, first, called.at),
            "get" | "__getitem__" | "pop" => {
                let name = first.as_text()?;
                receiver.as_path().filter(|path| is_namespace(path))?;
                self.looked_up(receiver, name)
            }
            _ => None,
        }
    }

    fn got(&mut self, owner: &Value, name: &Value, at: TextSize) -> Option<Value> {
        let path = owner.as_path()?;
        let Some(name) = name.as_text() else {
            let flows = |taint: Taint| taint.level >= Level::Outside;
            if WORTH_HIDING.contains(&path)
                && !name.dirty(Clean::ALL).is_some_and(flows)
                && !are_harmless(path, name)
            {
                self.hidden_by(path, name, at);
            }
            return None;
        };
        let full = match path {
            "builtins" => name.to_owned(),
            _ => format!("{path}.{name}"),
        };
        Some(Value::path(&canonical(&full)))
    }

    /// A parameter may stand for any name; no more is known of it.
    fn hidden_by(&mut self, namespace: &str, name: &Value, at: TextSize) {
        let Some(taint) = name.dirty(Clean::ALL) else {
            return self.hidden(namespace, at);
        };
        let words = format!("{} is looked up in `{namespace}`", self.way(taint));
        let weight = Weight {
            confidence: Confidence::Medium,
            ..Weight::full(&rules::LOOKUP)
        };
        self.report.add(&rules::LOOKUP, at, weight, &words);
    }

    fn hidden(&mut self, namespace: &str, at: TextSize) {
        let words = format!("a name that is made at run time is looked up in `{namespace}`");
        self.report
            .add(&rules::LOOKUP, at, Weight::full(&rules::LOOKUP), &words);
    }

    /// `globals()[name]` where the name is not constant.
    pub(super) fn dynamic_subscript(
        &mut self,
        node: &'a ExprSubscript,
        owner: &Value,
        index: &Value,
    ) {
        let Some(path) = owner.as_path().filter(|path| is_namespace(path)) else {
            return;
        };
        if matches!(index.kind, Kind::Int(_) | Kind::Number) {
            return;
        }
        match index.dirty(Clean::NAME) {
            Some(taint) if taint.level >= Level::Outside => {
                self.flow(
                    &rules::LOOKUP,
                    node.start(),
                    taint,
                    &format!("names what is looked up in `{path}`"),
                );
            }
            _ if path == "builtins" || path.starts_with("vars(") || path.ends_with(".__dict__") => {
                let path = path.to_owned();
                self.hidden(&path, node.start());
            }
            _ => {}
        }
    }

    /// `eval`, `exec` and `compile` of text that is not hostile by its source: constant text is read, other text is
    /// suspicious all the same.
    pub(super) fn executes(&mut self, called: &Called<'_, 'a>) {
        if !matches!(called.path, "eval" | "exec" | "execfile" | "compile") {
            return;
        }
        let Some(code) = called.argument(0, "source") else {
            return;
        };
        match &code.kind {
            Kind::Text(text) => {
                let text = text.clone();
                self.execute_or_suspect(&text, called);
            }
            Kind::Bytes(bytes) => {
                let text = String::from_utf8_lossy(bytes).into_owned();
                self.execute_or_suspect(&text, called);
            }
            // What `compile` gave was judged there.
            Kind::Path(path) if &**path == "compile()" => {}
            _ if code.taint.is_none() => self.suspect(called),
            _ => {}
        }
    }

    fn execute_or_suspect(&mut self, text: &str, called: &Called<'_, 'a>) {
        if !self.execute(text, called.at) {
            self.suspect(called);
        }
    }

    fn suspect(&mut self, called: &Called<'_, 'a>) {
        let words = format!("text that is made at run time is run by `{}`", called.path);
        let weight = Weight::suspected(&rules::CODE);
        self.report.add(&rules::CODE, called.at, weight, &words);
    }
}

/// Whether a name is one of a few constants, none of which means anything to the rules.
fn are_harmless(path: &str, name: &Value) -> bool {
    let Kind::OneOf(names) = &name.kind else {
        return false;
    };
    let means = |name: &str| tables::is_known(&canonical(&format!("{path}.{name}")));
    !names.iter().filter_map(Value::as_text).any(means)
}

fn is_namespace(path: &str) -> bool {
    matches!(
        path,
        "globals()" | "locals()" | "builtins" | "sys.modules" | "vars()"
    ) || path.starts_with("vars(")
        || path.ends_with(".__dict__")
}
