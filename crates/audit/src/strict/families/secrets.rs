//! Secrets written into the source, and comparisons that tell a secret byte by byte.
//!
//! Flagged: `api_key = "sk-…"`, `connect(password="hunter2")`, `app.secret_key = "dev"`, `if token == expected:` of a
//! digest. Accepted: `password = ""`, `password = "<your password>"`, `password = os.environ["PASSWORD"]`,
//! `token = "+"` of a parser, `PASSWORD_FIELD = "password"`.

use super::names::{is_password, is_secret, last_name, mentions};
use super::sql::is_sql;
use crate::strict::analysis::Analysis;
use crate::strict::calls::Called;
use crate::strict::catalogue as rules;
use crate::strict::report::Weight;
use crate::strict::value::{Clean, HOLE, Kind, Level, Value};
use crate::syntax::{CmpOp, Expr, ExprCompare, ExprDict, Ranged, TextSize};

/// How values start that providers hand out.
const PROVIDERS: &[&str] = &[
    "sk-",
    "sk_live_",
    "rk_live_",
    "AKIA",
    "ASIA",
    "ghp_",
    "gho_",
    "github_pat_",
    "xoxb-",
    "xoxp-",
    "AIza",
    "ya29.",
    "-----BEGIN RSA PRIVATE",
    "-----BEGIN PRIVATE",
    "-----BEGIN EC PRIVATE",
    "-----BEGIN OPENSSH",
    "glpat-",
    "npm_",
];

/// Parts of texts that only stand for a secret.
const PLACEHOLDERS: &[&str] = &[
    "your",
    "example",
    "changeme",
    "change_me",
    "change-me",
    "placeholder",
    "xxx",
    "todo",
    "dummy",
    "<",
    "${",
    "{{",
    "enter ",
    "insert",
    "...",
    "***",
    "env(",
    "not set",
    "none",
    "null",
    "redacted",
    "sample",
];

/// Words of sources that compare secrets.
const SECRETS: [&str; 8] = [
    "digest",
    "signature",
    "hmac",
    "assw",
    "pwd",
    "token",
    "api_key",
    "hash",
];

/// Settings that are keys whatever they hold.
const KEYS: &[&str] = &["SECRET_KEY", "secret_key", "JWT_SECRET_KEY", "JWT_SECRET"];

impl<'a> Analysis<'a> {
    pub(super) fn secret_assigned(&mut self, target: &'a Expr, value: &Value) {
        let (Some(name), Some(text)) = (last_name(target), text_of(value)) else {
            return;
        };
        let setting = KEYS.contains(&name) && !text.is_empty() && !is_placeholder(&text);
        if setting || is_secret(name) && is_convincing(&text) || is_provided(&text) {
            let words = format!("a secret is written into the source as `{name}`");
            self.wrong(&rules::SECRET, target.start(), &words);
        }
    }

    pub(super) fn secret_default(&mut self, name: &str, value: &Value, at: TextSize) {
        if is_secret(name) && text_of(value).is_some_and(|text| is_convincing(&text)) {
            self.wrong(
                &rules::SECRET,
                at,
                &format!("a secret is written into the source as the default of `{name}`"),
            );
        }
    }

    pub(super) fn secret_rows(&mut self, node: &'a ExprDict, _values: &[Value]) {
        for item in &node.items {
            let (Some(Expr::StringLiteral(key)), Expr::StringLiteral(value)) =
                (&item.key, &item.value)
            else {
                continue;
            };
            let (key, text) = (key.value.to_str(), value.value.to_str());
            if key == "PASSWORD" && text.is_empty() && self.holds("ENGINE") {
                self.wrong(
                    &rules::WEAK_PASSWORD,
                    item.value.start(),
                    "the database has no password",
                );
            } else if is_secret(key) && is_convincing(text) || is_provided(text) {
                self.wrong(
                    &rules::SECRET,
                    item.value.start(),
                    &format!("a secret is written into the source as `{key}`"),
                );
            }
        }
    }

    pub(super) fn secret_arguments(&mut self, called: &Called<'_, 'a>) {
        let connects = is_connection(called);
        for (at, (name, value)) in called.keywords.iter().enumerate() {
            let Some(text) = text_of(value) else { continue };
            let password = connects && (is_password(name) || *name == "passwd");
            let place = called.node.arguments.keywords[at].value.start();
            if password && text.is_empty() {
                self.wrong(
                    &rules::WEAK_PASSWORD,
                    place,
                    "the connection has no password",
                );
            } else if password && !is_placeholder(&text)
                || is_secret(name) && is_convincing(&text)
                || is_provided(&text)
            {
                self.wrong(
                    &rules::SECRET,
                    place,
                    &format!("a secret is written into the source as `{name}`"),
                );
            }
        }
        let key = match called.path {
            "jwt.encode" | "jwt.decode" | "jose.jwt.encode" | "jose.jwt.decode" => {
                called.argument(1, "key")
            }
            "hmac.new"
            | "Crypto.Cipher.AES.new"
            | "cryptography.hazmat.primitives.ciphers.algorithms.AES"
            | "cryptography.fernet.Fernet" => called.argument(0, "key"),
            _ => None,
        };
        if key
            .and_then(text_of)
            .is_some_and(|text| !text.is_empty() && !is_placeholder(&text))
        {
            self.wrong(
                &rules::SECRET,
                called.at,
                "a key is written into the source",
            );
        }
        self.stored_password(called);
        let log = called.path.contains("logging") || called.path.contains("logger");
        let shown = || {
            called
                .node
                .arguments
                .args
                .iter()
                .any(|argument| mentions(argument, is_logged_secret))
        };
        if log && shown() {
            self.wrong(
                &rules::SECRET_LOGGED,
                called.at,
                "a secret is written to a log",
            );
        }
        let statement = || {
            called.positional.iter().any(|value| {
                value.taint.is_some()
                    && value
                        .skeleton()
                        .is_some_and(|text| text.contains(HOLE) && is_sql(text))
            })
        };
        if log && statement() {
            let words = "a statement is written to a log with the values in it";
            self.report.add(
                &rules::SECRET_LOGGED,
                called.at,
                Weight::suspected(&rules::SECRET_LOGGED),
                words,
            );
        }
    }

    /// A password that goes into a database as it came in.
    fn stored_password(&mut self, called: &Called<'_, 'a>) {
        let (Some(statement), Some(values), Some(expression)) = (
            called.positional.first().and_then(Value::as_text),
            called.positional.get(1),
            called.node.arguments.args.get(1),
        ) else {
            return;
        };
        let statement = statement.to_ascii_lowercase();
        let stores = (statement.contains("insert") || statement.contains("update"))
            && statement.contains("password");
        if !stores {
            return;
        }
        let elements = match expression {
            Expr::Tuple(node) => &node.elts[..],
            Expr::List(node) => &node.elts[..],
            _ => return,
        };
        let Kind::Display(known) = &values.kind else {
            return;
        };
        let plain = elements.iter().zip(known.iter()).find(|(element, value)| {
            last_name(element).is_some_and(|name| is_password(name) && !name.contains("hash"))
                && value
                    .taint
                    .is_some_and(|taint| taint.clean == Clean::NOTHING)
        });
        if plain.is_some() {
            self.wrong(
                &rules::PLAIN_PASSWORD,
                called.at,
                "a password is stored as it came in",
            );
        }
    }

    /// Whether the source speaks of secrets that are compared; `mac` alone may be anything.
    fn compares_secrets(&mut self) -> bool {
        SECRETS.iter().any(|word| self.holds(word))
    }

    pub(super) fn secret_compared(&mut self, node: &'a ExprCompare, values: &[Value]) {
        let ([CmpOp::Eq | CmpOp::NotEq], [right]) = (&node.ops[..], &node.comparators[..]) else {
            return;
        };
        let (Some(one), Some(other)) = (values.first(), values.get(1)) else {
            return;
        };
        let constant = [one, other]
            .iter()
            .any(|value| value.is_constant() || matches!(value.kind, Kind::Number));
        let wordless = one.as_text().is_none() && other.as_text().is_none();
        if constant && wordless {
            return;
        }
        for (expression, value, text) in [(&*node.left, one, other), (right, other, one)] {
            let named =
                last_name(expression).is_some_and(is_password) || called_with_password(expression);
            let hostile = value
                .taint
                .is_some_and(|taint| taint.level >= Level::Parameter);
            let told = text
                .as_text()
                .is_some_and(|text| named && !text.is_empty() || is_long_hex(text));
            if hostile && told && self.compares_secrets() {
                self.wrong(
                    &rules::SECRET,
                    node.start(),
                    "a password is compared with one that the source names",
                );
            }
        }
        let digest = |expression: &Expr| {
            mentions(expression, |name| {
                matches!(
                    name,
                    "hexdigest"
                        | "digest"
                        | "signature"
                        | "hmac"
                        | "mac"
                        | "expected_signature"
                        | "computed_hash"
                        | "csrf_token"
                        | "auth_token"
                        | "api_key"
                )
            })
        };
        let passwords = last_name(&node.left).is_some_and(is_password)
            && last_name(right).is_some_and(is_password);
        let secret = !constant && (passwords || digest(&node.left) || digest(right));
        if secret && self.compares_secrets() {
            let weight = Weight::suspected(&rules::TIMING);
            self.report.add(
                &rules::TIMING,
                node.start(),
                weight,
                "this comparison takes longer the more of a secret matches",
            );
        }
    }
}

fn called_with_password(expression: &Expr) -> bool {
    match expression {
        Expr::Call(call) => match call.arguments.args.first() {
            Some(Expr::StringLiteral(key)) => is_password(key.value.to_str()),
            _ => false,
        },
        _ => false,
    }
}

fn is_logged_secret(name: &str) -> bool {
    is_password(name)
        || matches!(
            name,
            "secret" | "api_key" | "access_token" | "private_key" | "token" | "ssn" | "credit_card"
        )
}

fn is_connection(called: &Called<'_, '_>) -> bool {
    matches!(
        called.name,
        "connect"
            | "Connection"
            | "create_engine"
            | "login"
            | "Redis"
            | "MongoClient"
            | "SMTP"
            | "ConnectionPool"
            | "create_connection"
    )
}

fn text_of(value: &Value) -> Option<String> {
    match &value.kind {
        Kind::Text(text) => Some(text.to_string()),
        Kind::Bytes(bytes) => String::from_utf8(bytes.to_vec()).ok(),
        _ => None,
    }
}

/// A digest or key in hexadecimal digits.
fn is_long_hex(text: &str) -> bool {
    text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_provided(text: &str) -> bool {
    PROVIDERS.iter().any(|start| text.starts_with(start))
        && (text.starts_with("-----")
            || text.len() >= 20 && !text.contains(' ') && !is_placeholder(text))
}

fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    PLACEHOLDERS.iter().any(|part| lower.contains(part))
        || is_secret(text) && text.len() > 8 && !text.chars().any(|c| c.is_ascii_digit())
}

/// Whether a text that a telling name is given may be a secret: long enough, one word, and not a plain one.
fn is_convincing(text: &str) -> bool {
    let plain = text.len() < 6 || text.len() > 200 || text.chars().any(char::is_whitespace);
    // `_auth_user_id` is what something is called.
    let called = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if plain
        || text.starts_with('_') && called(text)
        || is_placeholder(text)
        || text.contains("://")
        || text.starts_with('/')
    {
        return false;
    }
    let classes = [
        text.chars().any(|c| c.is_ascii_lowercase()),
        text.chars().any(|c| c.is_ascii_uppercase()),
        text.chars().any(|c| c.is_ascii_digit()),
        text.chars()
            .any(|c| c.is_ascii_punctuation() && c != '_' && c != '-' && c != '.'),
    ];
    let varied = classes.iter().filter(|class| **class).count() >= 2 && !text.contains('_')
        || text.len() >= 16 && entropy(text) > 3.5;
    varied || entropy(text) > 3.0
}

/// Bits a character, by Shannon.
fn entropy(text: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = text.len() as f64;
    let share = |count: &u32| f64::from(*count) / length;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| -share(count) * share(count).log2())
        .sum()
}
