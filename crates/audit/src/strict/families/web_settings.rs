//! Settings of web frameworks: debugging, cookies, cross-origin requests, forgery protection, escaping, addresses.
//!
//! Flagged: `app.run(debug=True)`, `response.set_cookie("sid", sid)`, `CORS(app, origins="*",
//! supports_credentials=True)`, `@csrf_exempt`, `Environment(loader=...)` without escaping. Accepted: `app.run()`,
//! `set_cookie("sid", sid, secure=True, httponly=True)`, `select_autoescape()`.

use super::names::last_name;
use crate::strict::analysis::Analysis;
use crate::strict::calls::Called;
use crate::strict::catalogue as rules;
use crate::strict::report::Weight;
use crate::strict::value::{Kind, Value};
use crate::syntax::{Expr, Ranged};

impl<'a> Analysis<'a> {
    pub(super) fn web_settings(&mut self, called: &Called<'_, 'a>) {
        let yes = |name: &str| called.keyword(name).is_some_and(Value::is_true);
        let web = called.path.starts_with("flask.Flask()")
            || called.path.starts_with("app.")
            || called.path.contains("uvicorn");
        if called.name == "run" && yes("debug") && (web || called.path.is_empty()) {
            self.wrong(
                &rules::DEBUG,
                called.at,
                "the debugger runs code for whoever asks",
            );
        }
        if called.name == "run"
            && web
            && called.keyword("host").and_then(Value::as_text) == Some("0.0.0.0")
        {
            self.wrong(
                &rules::BIND_ALL,
                called.at,
                "every interface is listened on",
            );
        }
        match called.name {
            "set_cookie" => self.cookie(called),
            "bind" | "TCPServer" | "UDPServer" | "HTTPServer" | "ThreadingHTTPServer" => {
                self.bound(called);
            }
            "Environment" => self.escaping(called),
            "CORS" | "add_middleware" => self.origins(called),
            _ => {}
        }
        if called.path == "django.views.decorators.csrf.csrf_exempt"
            || called.name == "exempt" && called.path.contains("CSRFProtect")
        {
            self.wrong(
                &rules::CSRF,
                called.at,
                "requests forged by other sites are let in",
            );
        }
    }

    fn cookie(&mut self, called: &Called<'_, 'a>) {
        let on = |name: &str| {
            called
                .keyword(name)
                .is_some_and(|value| value.truth() != Some(false))
        };
        let rest = called.keywords.iter().any(|(name, _)| name.is_empty());
        if rest
            || on("secure") && on("httponly")
            || called.positional.len() < 2 && called.keyword("value").is_none()
        {
            return;
        }
        let missing = match (on("secure"), on("httponly")) {
            (false, false) => "`secure` and `httponly`",
            (false, true) => "`secure`",
            _ => "`httponly`",
        };
        self.wrong(
            &rules::COOKIE,
            called.at,
            &format!("this cookie is set without {missing}"),
        );
    }

    fn bound(&mut self, called: &Called<'_, 'a>) {
        let Some(Kind::Display(address)) = called.positional.first().map(|value| &value.kind)
        else {
            return;
        };
        if address
            .first()
            .and_then(Value::as_text)
            .is_some_and(|host| host.is_empty() || host == "0.0.0.0" || host == "::")
        {
            self.wrong(
                &rules::BIND_ALL,
                called.at,
                "every interface is listened on",
            );
        }
    }

    fn escaping(&mut self, called: &Called<'_, 'a>) {
        if !called.path.starts_with("jinja2.") && called.path != "Environment" {
            return;
        }
        let unknown = called.keywords.iter().any(|(name, _)| name.is_empty());
        match called.keyword("autoescape") {
            Some(value) if value.is_false() => self.wrong(
                &rules::AUTOESCAPE,
                called.at,
                "templates do not escape what they are given",
            ),
            None if !unknown => self.wrong(
                &rules::AUTOESCAPE,
                called.at,
                "by default templates do not escape what they are given",
            ),
            None => {
                let words = "templates may not escape what they are given";
                self.report.add(
                    &rules::AUTOESCAPE,
                    called.at,
                    Weight::suspected(&rules::AUTOESCAPE),
                    words,
                );
            }
            Some(_) => {}
        }
    }

    fn origins(&mut self, called: &Called<'_, 'a>) {
        let any = |name: &str| {
            called.keyword(name).is_some_and(|value| match &value.kind {
                Kind::Display(origins) => {
                    origins.iter().any(|origin| origin.as_text() == Some("*"))
                }
                _ => value.as_text() == Some("*"),
            })
        };
        let credentials = ["supports_credentials", "allow_credentials"]
            .iter()
            .any(|name| called.keyword(name).is_some_and(Value::is_true));
        if (any("origins") || any("allow_origins")) && credentials {
            self.wrong(
                &rules::CORS,
                called.at,
                "any site may ask with the user's cookies",
            );
        }
    }

    pub(super) fn web_assigned(&mut self, target: &'a Expr, value: &Value) {
        let Some(name) = last_name(target) else {
            return;
        };
        let config = match target {
            Expr::Subscript(node) => {
                matches!(&*node.value, Expr::Attribute(owner) if owner.attr.as_str() == "config")
            }
            // `self.debug` is a switch of the class at hand.
            Expr::Attribute(node) => name == "debug" && last_name(&node.value) != Some("self"),
            Expr::Name(_) => self.frame.function.is_none(),
            _ => false,
        };
        if !config {
            return;
        }
        match (name, value.truth()) {
            ("DEBUG" | "debug" | "FLASK_DEBUG", Some(true))
                if !matches!(target, Expr::Name(_)) || value.is_true() && self.is_settings() =>
            {
                self.wrong(
                    &rules::DEBUG,
                    target.start(),
                    "debugging shows the program to whoever asks",
                );
            }
            (
                "SESSION_COOKIE_SECURE" | "SESSION_COOKIE_HTTPONLY" | "CSRF_COOKIE_SECURE",
                Some(false),
            ) => {
                self.wrong(
                    &rules::COOKIE,
                    target.start(),
                    "cookies are sent where others can read them",
                );
            }
            ("WTF_CSRF_ENABLED" | "WTF_CSRF_CHECK_DEFAULT", Some(false)) => {
                self.wrong(
                    &rules::CSRF,
                    target.start(),
                    "requests forged by other sites are let in",
                );
            }
            ("CORS_ORIGIN_ALLOW_ALL" | "CORS_ALLOW_ALL_ORIGINS", Some(true)) => {
                self.wrong(&rules::CORS, target.start(), "any site may ask");
            }
            _ => {}
        }
    }

    /// Whether this source is the settings of a Django project.
    fn is_settings(&mut self) -> bool {
        [
            "INSTALLED_APPS",
            "DATABASES",
            "ALLOWED_HOSTS",
            "MIDDLEWARE",
            "ROOT_URLCONF",
        ]
        .iter()
        .any(|name| self.holds(name))
    }
}
