//! What a program answers: text that a browser runs, errors that tell too much, text put together without escaping.
//!
//! Flagged: `return "<h1>" + request.args["name"]` of a route, `return str(error)` of a route,
//! `TEMPLATE.format(name=name)`. Accepted: `return render_template("a.html", name=name)`, `return jsonify(...)`,
//! `html.escape(name)`, the same in functions that answer nobody.

use super::names::last_name;
use crate::strict::analysis::Analysis;
use crate::strict::calls::Called;
use crate::strict::catalogue as rules;
use crate::strict::env::Key;
use crate::strict::report::Weight;
use crate::strict::value::{Clean, Kind, Level, Taint, Value};
use crate::syntax::{Expr, Node, Ranged, StmtAssert, StmtReturn, walk_from};

/// Words in the names of texts that a browser reads.
const WORDS: &[&str] = &["html", "template", "page", "xml"];

impl<'a> Analysis<'a> {
    pub(super) fn html_returned(&mut self, node: &'a StmtReturn, value: &Value) {
        if !self.frame.serves || !may_be_html(value) {
            return;
        }
        if let Some(taint) = value
            .dirty(Clean::HTML)
            .filter(|taint| taint.level >= Level::Remote)
        {
            self.flow(&rules::HTML, node.start(), taint, "is sent as HTML");
        }
    }

    /// An error's text, or the whole traceback, in an answer.
    pub(super) fn error_returned(&mut self, node: &'a StmtReturn, value: &Value) {
        let Some(returned) = node.value.as_deref().filter(|_| self.frame.serves) else {
            return;
        };
        let traceback = value
            .as_path()
            .is_some_and(|path| path.starts_with("traceback.format"));
        let error = value
            .taint
            .is_some_and(|taint| self.entered_as(taint, "an error's text"));
        if traceback || error && !matches!(returned, Expr::Name(_)) {
            self.wrong(
                &rules::EXPOSURE,
                node.start(),
                "the error is shown to the client",
            );
        }
    }

    /// `TEMPLATE.format(name=name)` of values that nothing escaped.
    pub(super) fn answers(&mut self, called: &Called<'_, 'a>) {
        if matches!(
            called.path,
            "flask.make_response" | "flask.Response" | "django.http.HttpResponse" | "flask.jsonify"
        ) {
            self.error_answered(called);
        }
        if called.name != "format" {
            return;
        }
        let Expr::Attribute(function) = &*called.node.func else {
            return;
        };
        let named = || {
            let name = last_name(&function.value)
                .unwrap_or("")
                .to_ascii_lowercase();
            WORDS.iter().any(|word| name.contains(word))
        };
        // The text itself tells, where the source has it; else its name does.
        let known = called.receiver.and_then(Value::skeleton);
        let markup = known.map_or_else(named, |text| text.contains("</") || text.contains("/>"));
        let from_here = called.receiver.is_some_and(|value| value.taint.is_none());
        if markup && from_here {
            self.frame
                .formats
                .push((called.at, Self::unescaped(called)));
        }
    }

    fn unescaped(called: &Called<'_, 'a>) -> Option<Taint> {
        let values = called
            .positional
            .iter()
            .chain(called.keywords.iter().map(|(_, value)| value));
        let raw = values
            .filter_map(|value| value.taint)
            .filter(|taint| taint.clean == Clean::NOTHING);
        raw.fold(None, |all, taint| Taint::join(all, Some(taint)))
    }

    /// The text that a function returns was formatted from values that nothing escaped.
    pub(super) fn template_returned(&mut self, node: &'a StmtReturn, _value: &Value) {
        let Some(returned) = node.value.as_deref() else {
            return;
        };
        let found = self
            .frame
            .formats
            .iter()
            .find(|(at, _)| returned.range().contains(*at))
            .copied();
        if let Some((at, Some(taint))) = found {
            self.used(
                &rules::REFLECTED,
                at,
                taint,
                Clean::HTML,
                Level::Parameter,
                "is put into a template without escaping",
            );
        }
    }

    fn error_answered(&mut self, called: &Called<'_, 'a>) {
        let error = called
            .positional
            .iter()
            .filter_map(|value| value.taint)
            .any(|taint| self.entered_as(taint, "an error's text"));
        if error {
            self.wrong(
                &rules::EXPOSURE,
                called.at,
                "the error is shown to the client",
            );
        }
    }

    /// Assertions that stand between a client and something that it must not do.
    pub(super) fn assertion(&mut self, node: &'a StmtAssert) {
        let mut guards = false;
        let mut seen = 0;
        if u32::from(node.test.range().len()) > 300 {
            return;
        }
        walk_from(Node::Expr(&node.test), |inner, _| {
            seen += 1;
            let name = match inner {
                Node::Expr(Expr::Name(name)) => name.id.as_str(),
                Node::Expr(Expr::Attribute(attribute)) => attribute.attr.as_str(),
                _ => return,
            };
            guards |= seen < 40 && is_right(name);
        });
        let typed = checked_type(&node.test).and_then(|name| self.variable(Key::name(name)));
        let from_outside = typed
            .and_then(|value| value.taint)
            .is_some_and(|taint| taint.level >= Level::Outside);
        if from_outside {
            let words = "the type of outside input is checked by an assertion alone";
            self.report.add(
                &rules::ASSERTION,
                node.start(),
                Weight::suspected(&rules::ASSERTION),
                words,
            );
        } else if guards {
            self.report.add(
                &rules::ASSERTION,
                node.start(),
                Weight::suspected(&rules::ASSERTION),
                "an assertion guards what only some may do",
            );
        }
    }
}

/// The variable whose type a condition asks for: `type(x) == int`, `isinstance(x, int)`.
fn checked_type(test: &Expr) -> Option<&str> {
    let test = match test {
        Expr::Compare(compare) => &compare.left,
        other => other,
    };
    let Expr::Call(call) = test else {
        return None;
    };
    let asks = matches!(&*call.func, Expr::Name(name) if matches!(name.id.as_str(), "type" | "isinstance"));
    match call.arguments.args.first() {
        Some(Expr::Name(name)) if asks => Some(name.id.as_str()),
        _ => None,
    }
}

fn is_right(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [
        "is_admin",
        "is_authenticated",
        "permission",
        "authorized",
        "is_staff",
        "is_superuser",
        "has_perm",
        "csrf",
        "signature",
    ]
    .iter()
    .any(|word| lower.contains(word))
}

fn may_be_html(value: &Value) -> bool {
    match &value.kind {
        Kind::Table(_)
        | Kind::Display(_)
        | Kind::Number
        | Kind::Bool(_)
        | Kind::None
        | Kind::Instance(_) => false,
        // What a library made of it is judged where it is made.
        Kind::Path(path) => path.starts_with("request"),
        _ => true,
    }
}
