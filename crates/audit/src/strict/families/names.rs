//! What names say: whether a variable, parameter or function holds a secret.

use crate::strict::tables::lower_case;
use crate::syntax::{Expr, Node, walk_from};

/// Nodes of an expression that are looked at for a telling name.
const MOST_NODES: usize = 40;

/// Whether a name speaks of a password.
pub(super) fn is_password(name: &str) -> bool {
    let name = lower_case(name);
    ["password", "passwd", "passphrase", "passcode"]
        .iter()
        .any(|word| name.contains(word))
        || matches!(&*name, "pwd" | "pass_" | "passw")
        || name.ends_with("_pwd")
        || name.starts_with("pwd_")
}

/// Whether a name speaks of a secret: a password, a key that opens something, a token.
pub(super) fn is_secret(name: &str) -> bool {
    let lower = lower_case(name);
    if is_label(&lower) {
        return false;
    }
    let words = [
        "secret",
        "api_key",
        "apikey",
        "auth_token",
        "access_token",
        "private_key",
        "access_key",
        "session_id",
        "sessionid",
        "session_key",
        "csrf",
        "credential",
        "auth_key",
        "encryption_key",
        "signing_key",
        "secret_key",
        "client_secret",
        "jwt_key",
        "authtoken",
        "accesskey",
        "bearer",
    ];
    is_password(name)
        || words.iter().any(|word| lower.contains(word))
        || matches!(&*lower, "token" | "otp" | "sid")
        || lower.ends_with("_token")
        || lower.ends_with("_secret")
}

/// Whether a name in lower case speaks of what belongs to a secret rather than of one: `password_field_name`.
fn is_label(name: &str) -> bool {
    let last = name.rsplit('_').next().unwrap_or(name);
    let labels = [
        "name",
        "field",
        "prefix",
        "suffix",
        "template",
        "header",
        "url",
        "uri",
        "path",
        "file",
        "label",
        "param",
        "parameter",
        "column",
        "attribute",
        "type",
        "class",
        "pattern",
        "regex",
        "message",
        "error",
        "endpoint",
        "length",
    ];
    last.len() < name.len() && labels.contains(&last)
}

/// Whether a function's name says that it makes something that must not be guessed.
pub(super) fn makes_secret(name: &str) -> bool {
    let lower = lower_case(name);
    let words = [
        "token",
        "reset_code",
        "verification_code",
        "otp",
        "pin_code",
        "one_time",
        "nonce",
        "salt",
        "sessionid",
        "session_id",
        "security",
        "secure",
        "reset_key",
        "temp_key",
        "invite_code",
        "auth_code",
        "captcha",
        "license_key",
        "voucher",
    ];
    is_secret(name)
        || words.iter().any(|word| lower.contains(word))
        || lower.ends_with("_key")
        || lower.starts_with("generate_key")
}

/// Whether some name in an expression says what `tells` asks.
pub(super) fn mentions(expression: &Expr, tells: impl Fn(&str) -> bool) -> bool {
    if let Expr::Name(name) = expression {
        return tells(name.id.as_str());
    }
    if expression.is_literal_expr() || !is_small(expression) {
        return false;
    }
    let (mut found, mut seen) = (false, 0);
    walk_from(Node::Expr(expression), |node, _| {
        seen += 1;
        if found || seen > MOST_NODES {
            return;
        }
        found = match node {
            Node::Expr(Expr::Name(name)) => tells(name.id.as_str()),
            Node::Expr(Expr::Attribute(attribute)) => tells(attribute.attr.as_str()),
            Node::Expr(Expr::Subscript(subscript)) => {
                matches!(&*subscript.slice, Expr::StringLiteral(key) if tells(key.value.to_str()))
            }
            _ => false,
        };
    });
    found
}

/// Keeps one long expression from being walked once for every part of it.
fn is_small(expression: &Expr) -> bool {
    use crate::syntax::Ranged;
    u32::from(expression.range().len()) < 400
}

/// The last name of a target: `x`, `y` of `x.y`, the key of `x["y"]`.
pub(super) fn last_name(target: &Expr) -> Option<&str> {
    match target {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Subscript(subscript) => match &*subscript.slice {
            Expr::StringLiteral(key) => Some(key.value.to_str()),
            _ => None,
        },
        _ => None,
    }
}
