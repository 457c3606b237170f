//! What the web frameworks hand to a program: requests, and functions whose parameters come from them.

use super::analysis::Analysis;
use super::value::{Clean, Kind, Level};
use crate::syntax::Expr;

/// Attributes of a request that a client fills in; methods with them.
const CLIENT: &[&str] = &[
    "args",
    "form",
    "values",
    "json",
    "data",
    "files",
    "cookies",
    "headers",
    "get_json",
    "get_data",
    "GET",
    "POST",
    "FILES",
    "COOKIES",
    "META",
    "body",
    "query_params",
    "path_params",
    "query",
    "query_string",
    "stream",
    "url",
    "full_path",
    "path",
    "match_info",
    "rel_url",
    "params",
    "text",
    "post",
    "read",
    "arguments",
    "get_argument",
    "environ",
    "referrer",
    "user_agent",
    "host",
    "base_url",
    "forms",
    "QUERY_STRING",
    "build_absolute_uri",
    "get_full_path",
    "content",
    "raw_post_data",
    "get_body_argument",
    "get_query_argument",
    "uri",
];

/// Methods of a decorator's object that make a function answer requests.
const ROUTES: &[&str] = &[
    "route",
    "get",
    "post",
    "put",
    "delete",
    "patch",
    "websocket",
    "api_route",
    "expose",
    "view",
];

/// Base classes of handlers, by the end of their name.
const HANDLERS: &[&str] = &[
    "RequestHandler",
    "HTTPRequestHandler",
    "View",
    "APIView",
    "Resource",
    "HTTPEndpoint",
    "MethodView",
    "Handler",
];

/// Methods of handlers that answer requests.
const VERBS: &[&str] = &["get", "post", "put", "delete", "patch", "head", "options"];

/// Modules whose `request` is the request being answered.
const MODULES: &[&str] = &[
    "flask", "bottle", "quart", "cherrypy", "sanic", "web", "django",
];

/// Whether a path is the request of some framework.
pub(super) fn is_request_path(path: &str) -> bool {
    path.strip_suffix(".request")
        .is_some_and(|module| MODULES.contains(&module))
}

/// Whether a parameter of this name and annotation is a request.
pub(super) fn is_request(name: &str, annotation: Option<&Expr>) -> bool {
    let annotated = match annotation {
        Some(Expr::Name(name)) => Some(name.id.as_str()),
        Some(Expr::Attribute(attribute)) => Some(attribute.attr.as_str()),
        _ => None,
    };
    match annotated {
        Some(class) => matches!(class, "Request" | "HttpRequest" | "WSGIRequest"),
        None => matches!(name, "request" | "req"),
    }
}

/// Who fills in an attribute of a request.
pub(super) fn request_attribute(name: &str) -> Option<Level> {
    CLIENT.contains(&name).then_some(Level::Remote)
}

/// What an attribute of a request is clean of: its path starts with `/` and leads to no other host.
pub(super) fn request_cleans(name: &str) -> Clean {
    match name {
        "path" | "full_path" | "get_full_path" => Clean::URL,
        _ => Clean::NOTHING,
    }
}

/// Whether requests come in at a function: its decorator routes, or it is a handler's verb.
pub(super) fn serves(analysis: &Analysis<'_>, index: usize) -> bool {
    let function = &analysis.functions[index];
    let routed = function.decorators.iter().any(|decorator| {
        let target = match &decorator.expression {
            Expr::Call(call) => &*call.func,
            other => other,
        };
        matches!(target, Expr::Attribute(attribute) if ROUTES.contains(&attribute.attr.as_str()))
            && matches!(&decorator.expression, Expr::Call(_))
    });
    routed
        || function
            .class
            .is_some_and(|class| VERBS.contains(&function.name) && handles(analysis, class))
}

/// Whether a class is a handler of requests by its bases.
pub(super) fn handles(analysis: &Analysis<'_>, class: usize) -> bool {
    let bases = &analysis.classes[class].bases;
    bases
        .iter()
        .any(|base| HANDLERS.iter().any(|handler| base.ends_with(handler)))
}

/// Whether a value is the request being answered.
pub(super) fn is_the_request(kind: &Kind) -> bool {
    matches!(kind, Kind::Path(path) if &**path == "request")
}
