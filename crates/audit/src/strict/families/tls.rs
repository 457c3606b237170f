//! Who is at the other end: certificates, host keys, protocols without encryption, tokens without a signature.
//!
//! Flagged: `verify=False`, `ssl._create_unverified_context()`, `check_hostname = False`, `CERT_NONE`, `SSLv3`,
//! `starttls()` without a context, `AutoAddPolicy`, Telnet and FTP, `jwt.decode(token, verify=False)`.
//! Accepted: the same with verification, `ssl.create_default_context()`, `jwt.decode(token, key, algorithms=["HS256"])`.

use crate::strict::analysis::Analysis;
use crate::strict::calls::Called;
use crate::strict::catalogue as rules;
use crate::strict::report::Weight;
use crate::strict::value::{Kind, Value};
use crate::syntax::{Expr, Ranged};

/// Protocol constants that are broken.
const OLD: &[&str] = &[
    "PROTOCOL_SSLv2",
    "PROTOCOL_SSLv3",
    "PROTOCOL_TLSv1",
    "PROTOCOL_TLSv1_1",
    "SSLv2_METHOD",
    "SSLv3_METHOD",
    "TLSv1_METHOD",
    "TLSv1_1_METHOD",
    "SSLv23_METHOD",
];

/// Broken versions, by the end of their name.
const OLDEST: [&str; 3] = ["TLSv1", "TLSv1_1", "SSLv3"];

const ANY_CERTIFICATE: &str = "any certificate is accepted";

impl<'a> Analysis<'a> {
    pub(super) fn tls(&mut self, called: &Called<'_, 'a>) {
        self.verification(called);
        self.protocol(called);
        self.token(called);
        match called.path {
            "ssl._create_unverified_context" | "ssl._create_stdlib_context" => {
                self.wrong(
                    &rules::TLS_VERIFY,
                    called.at,
                    "this context accepts any certificate",
                );
            }
            "smtplib.SMTP().starttls"
            | "imaplib.IMAP4().starttls"
            | "ftplib.FTP_TLS"
            | "poplib.POP3().stls"
                if called.positional.is_empty() && called.keyword("context").is_none() =>
            {
                self.frame.encrypted = true;
                let words = "without a context this accepts any certificate";
                self.report.add(
                    &rules::TLS_VERIFY,
                    called.at,
                    Weight::suspected(&rules::TLS_VERIFY),
                    words,
                );
            }
            "ldap3.Server"
                if called.keyword("use_ssl").is_some_and(Value::is_true)
                    && called.keyword("tls").is_none() =>
            {
                let words = "without `tls` this accepts any certificate";
                self.report.add(
                    &rules::TLS_VERIFY,
                    called.at,
                    Weight::suspected(&rules::TLS_VERIFY),
                    words,
                );
            }
            "ssl.wrap_socket" if called.keyword("cert_reqs").is_none() => {
                self.wrong(
                    &rules::TLS_VERIFY,
                    called.at,
                    "`ssl.wrap_socket` accepts any certificate",
                );
            }
            "smtplib.SMTP().starttls" => self.frame.encrypted = true,
            "smtplib.SMTP().login" if !self.frame.encrypted => {
                self.wrong(
                    &rules::CLEARTEXT,
                    called.at,
                    "the password is sent in the clear",
                );
            }
            "telnetlib.Telnet" | "ftplib.FTP" | "telnetlib3.open_connection" => {
                self.wrong(
                    &rules::CLEARTEXT,
                    called.at,
                    "this protocol sends passwords in the clear",
                );
            }
            _ => {}
        }
    }

    fn verification(&mut self, called: &Called<'_, 'a>) {
        let web = ["requests.", "httpx.", "aiohttp."]
            .iter()
            .any(|module| called.path.starts_with(module));
        let off = |name: &str| called.keyword(name).is_some_and(Value::is_false);
        if web && (off("verify") || off("ssl") || off("verify_ssl")) {
            self.wrong(
                &rules::TLS_VERIFY,
                called.at,
                "the server's certificate is not verified",
            );
        }
        let none = called.keyword("cert_reqs").is_some_and(|value| {
            value.as_text() == Some("CERT_NONE") || value.as_path() == Some("ssl.CERT_NONE")
        });
        if none {
            self.wrong(
                &rules::TLS_VERIFY,
                called.at,
                "the server's certificate is not verified",
            );
        }
        if called.name == "set_missing_host_key_policy" {
            let policy = called
                .positional
                .first()
                .and_then(Value::as_path)
                .unwrap_or("");
            if policy.contains("AutoAddPolicy") || policy.contains("WarningPolicy") {
                self.wrong(
                    &rules::HOST_KEY,
                    called.at,
                    "an unknown host key is accepted",
                );
            }
        }
    }

    fn protocol(&mut self, called: &Called<'_, 'a>) {
        let named = called
            .positional
            .iter()
            .chain(called.keywords.iter().map(|(_, value)| value));
        let old = named.filter_map(Value::as_path).find(|path| {
            (path.starts_with("ssl.") || path.starts_with("OpenSSL."))
                && OLD.contains(&path.rsplit('.').next().unwrap_or(""))
        });
        if let Some(old) = old {
            let words = format!("`{old}` allows a broken protocol");
            self.wrong(&rules::TLS_VERSION, called.at, &words);
        }
        let any_version = |value: &Value| value.as_path() == Some("ssl.PROTOCOL_SSLv23");
        if called.positional.iter().any(any_version) {
            let words = "before Python 3.10 `ssl.PROTOCOL_SSLv23` allows broken protocols";
            self.report.add(
                &rules::TLS_VERSION,
                called.at,
                Weight::suspected(&rules::TLS_VERSION),
                words,
            );
        }
        if called.path == "OpenSSL.SSL.Context" {
            let words = "a context of pyOpenSSL verifies nothing until `set_verify` is called";
            self.report.add(
                &rules::TLS_VERIFY,
                called.at,
                Weight::suspected(&rules::TLS_VERIFY),
                words,
            );
        }
    }

    pub(super) fn tls_assigned(&mut self, target: &'a Expr, value: &Value) {
        let Expr::Attribute(node) = target else {
            return;
        };
        let path = value.as_path().unwrap_or("");
        let (rule, words) = match node.attr.as_str() {
            "check_hostname" if value.is_false() => (
                &rules::TLS_VERIFY,
                "the certificate of any other host is accepted",
            ),
            "verify" if value.is_false() => (&rules::TLS_VERIFY, ANY_CERTIFICATE),
            "verify_mode" if path.ends_with("CERT_NONE") => (&rules::TLS_VERIFY, ANY_CERTIFICATE),
            "_create_default_https_context" if path.contains("_create_unverified_context") => {
                (&rules::TLS_VERIFY, ANY_CERTIFICATE)
            }
            "minimum_version" if OLDEST.iter().any(|old| path.ends_with(old)) => {
                (&rules::TLS_VERSION, "a broken protocol is allowed")
            }
            _ => return,
        };
        self.wrong(rule, target.start(), words);
    }

    fn token(&mut self, called: &Called<'_, 'a>) {
        match called.path {
            "jwt.decode" | "jose.jwt.decode" | "authlib.jose.jwt.decode" => self.decoded(called),
            "jwt.encode" | "jose.jwt.encode" => {
                let algorithm = called.argument(2, "algorithm").and_then(Value::as_text);
                if algorithm.is_some_and(|name| name.eq_ignore_ascii_case("none")) {
                    self.wrong(&rules::JWT, called.at, "this token carries no signature");
                }
            }
            "python_jwt.process_jwt" | "jose.jwt.get_unverified_claims" | "jwt.decode_complete"
                if called.keyword("algorithms").is_none() =>
            {
                self.wrong(
                    &rules::JWT,
                    called.at,
                    "this reads a token without verifying its signature",
                );
            }
            _ => {}
        }
    }

    fn decoded(&mut self, called: &Called<'_, 'a>) {
        let off = |value: Option<&Value>| value.is_some_and(Value::is_false);
        let in_options = called
            .argument(3, "options")
            .is_some_and(|options| match &options.kind {
                Kind::Table(rows) => rows
                    .iter()
                    .any(|(key, value)| &**key == "verify_signature" && value.is_false()),
                _ => false,
            });
        let none = called
            .argument(2, "algorithms")
            .is_some_and(|names| match &names.kind {
                Kind::Display(names) => names.iter().any(is_none_algorithm),
                _ => is_none_algorithm(names),
            });
        if off(called.keyword("verify")) || in_options || none {
            self.wrong(
                &rules::JWT,
                called.at,
                "the signature of this token is not verified",
            );
        } else if called.argument(2, "algorithms").is_none()
            && called.path == "jwt.decode"
            && called.keywords.iter().all(|(name, _)| !name.is_empty())
        {
            let words = "without `algorithms` the token chooses how it is verified";
            self.report.add(
                &rules::JWT,
                called.at,
                Weight::suspected(&rules::JWT),
                words,
            );
        }
    }
}

fn is_none_algorithm(value: &Value) -> bool {
    value
        .as_text()
        .is_some_and(|name| name.eq_ignore_ascii_case("none"))
        || matches!(value.kind, Kind::None)
}
