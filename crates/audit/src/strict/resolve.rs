//! What names and attributes mean: imports, aliases, shadowing, and names put together at run time.
//!
//! `os.system`, `from os import system as s`, `getattr(os, "sys" + "tem")`, `__import__("o" + "s").system`,
//! `vars(os)["system"]`, `globals()["eval"]`, `sys.modules["os"]` all give the same path; a local `eval` gives none.

use std::borrow::Cow;

use super::analysis::Analysis;
use super::env::Key;
use super::tables;
use super::value::{Kind, Level, Taint, Value};
use super::web;
use crate::syntax::{Alias, Stmt, TextSize};

/// The longest path that is kept, in bytes.
const LONGEST_PATH: usize = 120;

/// Other names of modules, and the name that the tables know.
const SAME: &[(&str, &str)] = &[
    ("cPickle", "pickle"),
    ("_pickle", "pickle"),
    ("cloudpickle", "pickle"),
    ("posix", "os"),
    ("nt", "os"),
    ("commands", "subprocess"),
    ("subprocess32", "subprocess"),
    ("urllib2", "urllib.request"),
    ("xml.etree.cElementTree", "xml.etree.ElementTree"),
    ("ruamel.yaml", "yaml"),
    ("Cryptodome", "Crypto"),
    ("ujson", "json"),
    ("simplejson", "json"),
    ("_io", "io"),
    ("posixpath", "os.path"),
    ("ntpath", "os.path"),
    ("urllib.parse.urlparse.urljoin", "urllib.parse.urljoin"),
    ("urllib.parse.urlparse.urlparse", "urllib.parse.urlparse"),
    ("urlparse", "urllib.parse"),
    ("OpenSSL.SSL.SSL", "OpenSSL.SSL"),
];

impl<'a> Analysis<'a> {
    /// Binds what an import statement binds.
    pub(super) fn import(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    self.import_module(alias);
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |name| name.as_str());
                for alias in &import.names {
                    self.import_name(module, alias, import.level > 0);
                }
            }
            _ => {}
        }
    }

    fn import_module(&mut self, alias: &'a Alias) {
        let full = alias.name.as_str();
        if let Some(short) = &alias.asname {
            self.bind(short.as_str(), Value::path(&canonical(full)));
        } else {
            let first = full.split('.').next().unwrap_or(full);
            self.bind(first, Value::path(&canonical(first)));
        }
    }

    fn import_name(&mut self, module: &'a str, alias: &'a Alias, relative: bool) {
        if alias.name.as_str() == "*" {
            self.stars.push(module);
            self.unbound.clear();
            return;
        }
        let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
        // What this project defines elsewhere is not the library of the same name.
        let value = if relative && module.is_empty() {
            Value::path(&format!(".{}", alias.name))
        } else {
            Value::path(&canonical(&format!("{module}.{}", alias.name)))
        };
        self.bind(bound, value);
    }

    fn bind(&mut self, name: &'a str, value: Value) {
        self.scope().set(Key::name(name), value);
    }

    /// What a name means here.
    pub(super) fn name(&mut self, name: &'a str, at: TextSize) -> Value {
        if let Some(value) = self.variable(Key::name(name)) {
            return value.clone();
        }
        let value = if let Some(known) = self.unbound.get(name) {
            known.clone()
        } else {
            let value = self.unbound(name);
            self.unbound.insert(name, value.clone());
            value
        };
        match value.as_path().and_then(tables::source) {
            Some((level, words)) => {
                let taint = self.entered(level, words, at);
                value.with_taint(taint)
            }
            None => value,
        }
    }

    /// What a name means that nothing here binds: a star import, a builtin, or a module whose import was cut off.
    fn unbound(&self, name: &str) -> Value {
        for module in &self.stars {
            let full = format!("{module}.{name}");
            let path = canonical(&full);
            if tables::is_known(&path) {
                return Value::path(&path);
            }
        }
        match name {
            "__builtins__" => Value::path("builtins"),
            "Popen" | "check_output" => Value::path(&format!("subprocess.{name}")),
            "urlopen" => Value::path("urllib.request.urlopen"),
            "urlparse" | "urlsplit" | "urljoin" => Value::path(&format!("urllib.parse.{name}")),
            _ => Value::path(&canonical(name)),
        }
    }

    /// What an attribute of a value means.
    pub(super) fn attribute(&mut self, owner: &Value, name: &'a str, at: TextSize) -> Value {
        match &owner.kind {
            Kind::Path(path) if web::is_the_request(&owner.kind) => {
                let value = Value::path(&format!("{path}.{name}"));
                match web::request_attribute(name) {
                    Some(level) => {
                        let taint = self.source(level, &format!("`request.{name}`"), at);
                        let clean = web::request_cleans(name);
                        value.with_taint(Some(Taint { clean, ..taint }))
                    }
                    None => value,
                }
            }
            Kind::Path(path) => self.member(path, name, owner, at),
            Kind::Instance(class) | Kind::Class(class) => self.of_class(*class, owner, name, at),
            _ => Value::tainted(owner.taint),
        }
    }

    fn member(&mut self, path: &str, name: &'a str, owner: &Value, at: TextSize) -> Value {
        if path.len() + name.len() >= LONGEST_PATH {
            return Value::tainted(owner.taint);
        }
        let full = match path {
            "builtins" => name.to_owned(),
            _ => canonical(&format!("{path}.{name}")).into_owned(),
        };
        let known = match name {
            "data" if path.contains("Form()") => Some((Level::Remote, "a form")),
            _ => tables::source(&full),
        };
        let mut value = Value::path(&full).with_taint(owner.taint);
        if let (None, Some((level, words))) = (owner.taint, known) {
            value.taint = self.entered(level, words, at);
        }
        value
    }

    /// The taint of a source, with what the program itself put there.
    fn entered(&mut self, level: Level, words: &str, at: TextSize) -> Option<Taint> {
        let own = Some(self.source(level, words, at));
        match level {
            Level::Starter => Taint::join(own, self.planted),
            _ => own,
        }
    }

    fn of_class(&mut self, class: usize, owner: &Value, name: &'a str, at: TextSize) -> Value {
        if let Some(member) = self.classes[class].members.get(name) {
            return member.clone();
        }
        match name {
            "request" | "REQUEST" => Value::path("request"),
            "path" | "headers" | "rfile" if web::handles(self, class) => Value::tainted(Some(
                self.source(Level::Remote, &format!("the request's `{name}`"), at),
            )),
            _ => Value::tainted(owner.taint),
        }
    }

    /// What a constant subscript of a namespace means: `globals()["eval"]`, `sys.modules["os"]`.
    pub(super) fn looked_up(&mut self, owner: &Value, name: &str) -> Option<Value> {
        let path = owner.as_path()?;
        if !name
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '.')
        {
            return None;
        }
        match path {
            "globals()" | "locals()" | "vars()" => Some(self.global(name)),
            "sys.modules" => Some(Value::path(&canonical(name))),
            "builtins" => Some(Value::path(name)),
            _ => {
                let module = path
                    .strip_suffix(".__dict__")
                    .or_else(|| path.strip_prefix("vars(")?.strip_suffix(')'))?;
                let full = match module {
                    "builtins" => name.to_owned(),
                    _ => format!("{module}.{name}"),
                };
                Some(Value::path(&canonical(&full)))
            }
        }
    }

    fn global(&self, name: &str) -> Value {
        let known = self
            .scopes
            .iter()
            .rev()
            .find_map(|scope| scope.get(Key { name, part: "" }));
        known.cloned().unwrap_or_else(|| match name {
            "__builtins__" => Value::path("builtins"),
            _ => Value::path(name),
        })
    }
}

/// The name that the tables know a path by.
pub(super) fn canonical(path: &str) -> Cow<'_, str> {
    if web::is_request_path(path) {
        return Cow::Borrowed("request");
    }
    let builtin = path
        .strip_prefix("builtins.")
        .or_else(|| path.strip_prefix("__builtin__."));
    if let Some(builtin) = builtin {
        return Cow::Borrowed(builtin);
    }
    for (other, known) in SAME {
        if let Some(rest) = path.strip_prefix(other)
            && (rest.is_empty() || rest.starts_with('.'))
        {
            return Cow::Owned(format!("{known}{rest}"));
        }
    }
    match path {
        "__builtin__" => Cow::Borrowed("builtins"),
        _ => Cow::Borrowed(path),
    }
}
