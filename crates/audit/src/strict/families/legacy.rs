//! What should not be called any more, privileges that should not be gained, and values compared by identity.
//!
//! Flagged: `time.clock()`, `os.setuid(0)`, `x is "text"`, `pam_authenticate` without `pam_acct_mgmt`,
//! `connection.simple_bind("cn=root")`. Accepted: `time.perf_counter()`, `os.setuid(uid)`, `x is None`.

use crate::strict::analysis::Analysis;
use crate::strict::calls::Called;
use crate::strict::catalogue as rules;
use crate::strict::value::{Clean, Kind, Level};
use crate::syntax::{CmpOp, Expr, ExprCompare, Ranged};

/// Functions that were taken out of Python or its libraries, most for their weaknesses.
const OBSOLETE: &[&str] = &[
    "base64.decodestring",
    "base64.encodestring",
    "time.clock",
    "os.tempnam",
    "os.tmpnam",
    "os.popen2",
    "os.popen3",
    "platform.linux_distribution",
    "platform.dist",
    "inspect.getargspec",
    "ssl.wrap_socket",
    "string.maketrans",
    "string.joinfields",
    "os.errno",
    "fractions.gcd",
    "os.getcwdu",
    "random.jumpahead",
    "imp.load_source",
    "imp.load_module",
    "asyncio.async",
    "gettext.lgettext",
    "popen2.popen2",
    "ssl.RAND_pseudo_bytes",
    "sys.exc_clear",
    "thread.start_new_thread",
    "html.parser.HTMLParser().unescape",
];

impl<'a> Analysis<'a> {
    pub(super) fn obsolete(&mut self, called: &Called<'_, 'a>) {
        if OBSOLETE.contains(&called.path) {
            let words = format!("`{}` is obsolete", called.path);
            self.wrong(&rules::OBSOLETE, called.at, &words);
        }
    }

    pub(super) fn privileges(&mut self, called: &Called<'_, 'a>) {
        let root = matches!(
            called.path,
            "os.setuid" | "os.seteuid" | "os.setgid" | "os.setreuid"
        ) && matches!(
            called.positional.first().map(|value| &value.kind),
            Some(Kind::Int(0))
        );
        if root {
            self.wrong(&rules::ROOT, called.at, "the process makes itself root");
        }
        if called.path == "os.umask" {
            self.masked(called);
        }
        let accounts = called
            .positional
            .iter()
            .any(|value| value.as_text() == Some("pam_authenticate"))
            || called.name == "pam_authenticate";
        if accounts && !self.holds("pam_acct_mgmt") {
            self.wrong(
                &rules::ACCOUNT,
                called.at,
                "an account that expired or was locked gets in",
            );
        }
        self.bound_to_directory(called);
        self.found_by_path(called);
    }

    /// `os.umask(0)`; there is no other way to ask for the mask, so that one put back on the next line says nothing.
    fn masked(&mut self, called: &Called<'_, 'a>) {
        let Some(mask) = called.positional.first() else {
            return;
        };
        let line = |at| self.tree.lines().line(at);
        if let (Some("os.umask()"), Some(opened)) = (mask.as_path(), self.frame.unmasked)
            && line(called.at) <= line(opened) + 1
        {
            self.report.withdraw(&rules::PERMISSIONS, opened);
        } else if matches!(mask.kind, Kind::Int(0)) {
            self.frame.unmasked = Some(called.at);
            let words = "new files can be changed by everyone";
            self.wrong(&rules::PERMISSIONS, called.at, words);
        }
    }

    /// An LDAP bind without a password.
    fn bound_to_directory(&mut self, called: &Called<'_, 'a>) {
        let binds = matches!(
            called.name,
            "simple_bind" | "simple_bind_s" | "bind_s" | "bind"
        ) && called.path.starts_with("ldap.");
        let empty = match called.positional.get(1) {
            Some(value) => value.as_text() == Some(""),
            None => called.positional.len() == 1,
        };
        if binds && empty {
            self.wrong(
                &rules::WEAK_PASSWORD,
                called.at,
                "the directory is bound to without a password",
            );
        }
    }

    /// `root.find(f"./user[@name='{name}']")`.
    fn found_by_path(&mut self, called: &Called<'_, 'a>) {
        if !matches!(called.name, "find" | "findall" | "findtext" | "iterfind") {
            return;
        }
        let query = called.positional.first();
        let assembled = query.is_some_and(|value| {
            matches!(&value.kind, Kind::Assembled(text) if text.contains("[@") || text.contains("//") || text.contains("[text()"))
        });
        if let (true, Some(taint)) = (assembled, query.and_then(|value| value.dirty(Clean::XPATH)))
        {
            self.used(
                &rules::XPATH,
                called.at,
                taint,
                Clean::XPATH,
                Level::Parameter,
                "is part of an XPath query",
            );
        }
    }

    /// `x is "text"`: whether two equal values are one object is an accident.
    pub(super) fn identity(&mut self, node: &'a ExprCompare) {
        let by_identity = matches!(node.ops[..], [CmpOp::Is | CmpOp::IsNot]);
        let literal = |expression: &Expr| {
            matches!(
                expression,
                Expr::StringLiteral(_)
                    | Expr::NumberLiteral(_)
                    | Expr::BytesLiteral(_)
                    | Expr::Tuple(_)
            )
        };
        if by_identity && (literal(&node.left) || node.comparators.iter().any(literal)) {
            self.wrong(
                &rules::IDENTITY,
                node.start(),
                "whether equal values are one object is an accident",
            );
        }
    }
}
