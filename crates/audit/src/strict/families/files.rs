//! Files: archives that climb out of their directory, permissions, temporary names, checks that are stale when used.
//!
//! Flagged: `tar.extractall(path)`, `os.chmod(path, 0o777)`, `tempfile.mktemp()`, `if os.path.exists(p): open(p)`,
//! `base / name` used without a check. Accepted: `tar.extractall(path, filter="data")`, `os.chmod(path, 0o600)`,
//! `tempfile.mkstemp()`, the same with a lock or where the error is handled, `(base / name).resolve().relative_to(base)`.

use crate::strict::analysis::Analysis;
use crate::strict::calls::Called;
use crate::strict::catalogue as rules;
use crate::strict::report::Weight;
use crate::strict::value::{Clean, Kind, Level, Value};
use crate::syntax::{BoolOp, Expr, ExprCall};

impl<'a> Analysis<'a> {
    pub(super) fn files(&mut self, called: &Called<'_, 'a>) {
        match called.name {
            "extractall" | "extract" | "unpack_archive" => self.extracted(called),
            "chmod" | "fchmod" | "lchmod" => self.permissions(called),
            "mktemp" | "tmpnam" | "tempnam"
                if called.path.starts_with("tempfile.") || called.path.starts_with("os.") =>
            {
                self.wrong(
                    &rules::TEMPORARY,
                    called.at,
                    "another process may take this name before it is used",
                );
            }
            "exists" | "is_file" | "open" | "read_text" | "read_bytes" | "write_text"
            | "unlink" => self.quotient(called),
            "flock" | "lockf" | "acquire" => self.frame.locks = true,
            _ => {}
        }
        if called.path == "open" {
            self.temporary(called);
        }
        self.raced(called);
        self.stored(called);
    }

    fn extracted(&mut self, called: &Called<'_, 'a>) {
        if called.path == "shutil.unpack_archive" {
            let known = called.positional.first().is_some_and(Value::is_constant);
            if !known && called.keyword("filter").is_none() {
                self.report.add(
                    &rules::ARCHIVE,
                    called.at,
                    Weight::full(&rules::ARCHIVE),
                    "members of this archive may be written outside the directory",
                );
            }
            return;
        }
        let tar = called.path.starts_with("tarfile.");
        let safe = called.keyword("filter").is_some_and(|filter| {
            matches!(filter.as_text(), Some("data" | "tar")) || filter.as_path().is_some()
        });
        let chosen = called.keyword("members").is_some();
        if tar && !safe && !chosen {
            self.wrong(
                &rules::ARCHIVE,
                called.at,
                "members of this archive may be written outside the directory",
            );
        }
    }

    fn permissions(&mut self, called: &Called<'_, 'a>) {
        let mode = if called.path.starts_with("os.") {
            called.argument(1, "mode")
        } else {
            called.argument(0, "mode")
        };
        let Some(Kind::Int(mode)) = mode.map(|mode| &mode.kind) else {
            return;
        };
        // Writable by others, or set to run by them.
        if mode & 0o022 != 0 {
            self.wrong(
                &rules::PERMISSIONS,
                called.at,
                &format!("mode {mode:#o} lets others change this file"),
            );
        } else if mode & 0o011 != 0
            && mode & 0o400 != 0
            && called
                .positional
                .first()
                .is_some_and(|path| path.as_text().is_some_and(|path| !path.ends_with('/')))
        {
            self.report.add(
                &rules::PERMISSIONS,
                called.at,
                Weight::suspected(&rules::PERMISSIONS),
                "this lets others run a file",
            );
        }
    }

    /// A fixed name in a directory that everyone writes to.
    fn temporary(&mut self, called: &Called<'_, 'a>) {
        let fixed = called
            .positional
            .first()
            .and_then(Value::skeleton)
            .is_some_and(|path| {
                path.starts_with("/tmp/")
                    || path.starts_with("/var/tmp/")
                    || path.starts_with("/dev/shm/")
            });
        let writes = called
            .argument(1, "mode")
            .and_then(Value::as_text)
            .is_some_and(|mode| mode.contains(['w', 'a', '+']));
        if fixed && writes {
            self.wrong(
                &rules::TEMPORARY,
                called.at,
                "another user may have put a link at this name",
            );
        }
    }

    /// A condition that asks whether a file is there.
    pub(super) fn path_tested(&mut self, test: &'a Expr) {
        let mut rest = vec![test];
        while let Some(test) = rest.pop() {
            match test {
                Expr::UnaryOp(node) => rest.push(&node.operand),
                Expr::BoolOp(node) if node.op == BoolOp::And => {
                    rest.extend(node.values.iter().take(8));
                }
                Expr::Call(call) => {
                    if let Some(name) = asked_file(call) {
                        self.frame.asked.insert(name);
                    }
                }
                _ => {}
            }
        }
    }

    fn raced(&mut self, called: &Called<'_, 'a>) {
        let uses = matches!(
            called.path,
            "open"
                | "os.remove"
                | "os.unlink"
                | "os.rename"
                | "shutil.move"
                | "os.rmdir"
                | "shutil.rmtree"
                | "os.stat"
                | "os.chmod"
        );
        let Some(Expr::Name(name)) = called.node.arguments.args.first() else {
            return;
        };
        let exclusive = called
            .argument(1, "mode")
            .and_then(Value::as_text)
            .is_some_and(|mode| mode.contains('x'));
        let handled = self.frame.handled > 0;
        if uses && !exclusive && !handled && self.frame.asked.contains(name.id.as_str()) {
            self.frame.races.push((called.at, name.id.as_str()));
        }
    }

    /// At the end of a function: what was asked first and used later, without a lock.
    pub(in crate::strict) fn races(&mut self) {
        if self.frame.locks {
            return;
        }
        if let Some((at, name)) = self.frame.races.first().copied() {
            let words = format!("`{name}` may have changed between the check and this use");
            self.report
                .add(&rules::RACE, at, Weight::suspected(&rules::RACE), &words);
        }
    }

    /// An uploaded file under the name that its sender chose.
    fn stored(&mut self, called: &Called<'_, 'a>) {
        let uploads = match called.name {
            "save" => called
                .receiver
                .and_then(|value| value.taint)
                .is_some_and(|taint| self.entered_as(taint, "`request.files`")),
            "open" => called
                .positional
                .first()
                .and_then(|value| value.taint)
                .is_some_and(|taint| self.entered_as(taint, "`request.files`")),
            _ => false,
        };
        let path = called
            .positional
            .first()
            .and_then(|value| value.dirty(Clean::NAME));
        if let (true, Some(taint)) = (uploads, path.filter(|taint| taint.level >= Level::Remote)) {
            self.flow(
                &rules::UPLOAD,
                called.at,
                taint,
                "names the stored file, whatever its type",
            );
        }
    }

    fn quotient(&mut self, called: &Called<'_, 'a>) {
        let Some(receiver) = called.receiver else {
            return;
        };
        // A path as it was given is the affair of whoever gave it; what is put behind one may leave it.
        let floor = match receiver.as_path() {
            Some("quotient") => Level::Parameter,
            Some(path) if path.starts_with("pathlib.Path") => Level::Outside,
            _ => return,
        };
        if let Some(taint) = receiver.dirty(Clean::PATH) {
            self.used(
                &rules::PATH,
                called.at,
                taint,
                Clean::PATH,
                floor,
                "names a file to use",
            );
        }
    }
}

fn asked_file(call: &ExprCall) -> Option<&str> {
    let Expr::Attribute(function) = &*call.func else {
        return None;
    };
    let asked = matches!(
        function.attr.as_str(),
        "exists" | "isfile" | "access" | "lexists" | "isdir"
    );
    match call.arguments.args.first() {
        Some(Expr::Name(name)) if asked => Some(name.id.as_str()),
        _ => None,
    }
}

/// `a / b`: a path, should it be used as one; `a / "b"` is as good as `a`.
pub(in crate::strict) fn joined_path(a: &Value, b: &Value) -> Kind {
    let number = |value: &Value| matches!(value.kind, Kind::Int(_) | Kind::Number | Kind::Bool(_));
    if number(a) || number(b) {
        return Kind::Number;
    }
    match (&a.kind, &b.kind) {
        (Kind::Path(path), Kind::Text(_)) if &**path == "quotient" => a.kind.clone(),
        (_, Kind::Text(_)) => Kind::Path("pathlib.Path()".into()),
        _ => Kind::Path("quotient".into()),
    }
}
