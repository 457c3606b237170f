//! URLs: where clients are sent and what headers say.
//!
//! Flagged: `response.headers["Location"] = request.args["next"]`, `return urljoin(base, target)` of a function
//! that makes redirects, without a look at the host. Accepted: the same after
//! `if urlparse(url).netloc not in ALLOWED: raise`.

use super::names::last_name;
use crate::strict::analysis::Analysis;
use crate::strict::catalogue as rules;
use crate::strict::value::{Clean, Level, Value};
use crate::syntax::{Expr, Ranged, StmtReturn};

/// Words in the names of functions that hand out URLs.
const WORDS: &[&str] = &[
    "url", "redirect", "link", "callback", "webhook", "uri", "feed", "address", "endpoint",
];

impl<'a> Analysis<'a> {
    /// A function that took a URL apart and hands it on without having looked at its host.
    pub(super) fn url_returned(&mut self, node: &'a StmtReturn, value: &Value) {
        let lower = self.frame.name.to_ascii_lowercase();
        if !WORDS.iter().any(|word| lower.contains(word)) {
            return;
        }
        let rule = match node.value.as_deref() {
            Some(Expr::Call(call)) if last_name(&call.func) == Some("geturl") => &rules::REQUEST,
            _ if value.joined => &rules::REDIRECT,
            _ => return,
        };
        if let Some(taint) = value.dirty(Clean::URL) {
            self.used(
                rule,
                node.start(),
                taint,
                Clean::URL,
                Level::Parameter,
                "is handed on as a URL whose host was not checked",
            );
        }
    }

    /// `response.headers[name] = value`.
    pub(super) fn header_assigned(&mut self, target: &'a Expr, value: &Value) {
        let Expr::Subscript(node) = target else {
            return;
        };
        let headers = match &*node.value {
            Expr::Attribute(owner) => owner.attr.as_str() == "headers",
            Expr::Name(owner) => matches!(owner.id.as_str(), "response" | "resp" | "headers"),
            _ => false,
        };
        if !headers {
            return;
        }
        if last_name(target) == Some("Location") {
            if let Some(taint) = value.dirty(Clean::URL) {
                self.used(
                    &rules::REDIRECT,
                    target.start(),
                    taint,
                    Clean::URL,
                    Level::Outside,
                    "decides where a client is sent",
                );
            }
        } else if let Some(taint) = value.dirty(Clean::LINES) {
            self.used(
                &rules::HEADER,
                target.start(),
                taint,
                Clean::LINES,
                Level::Remote,
                "is written into a header",
            );
        }
    }
}
