//! What names mean as Bandit sees it: one table of import aliases for the whole file.
//!
//! The table fills in the order of the walk and knows no scopes: an alias counts from its import on, wherever that
//! stands, and a later definition of the same name does not hide it.

use std::collections::{HashMap, HashSet};

use crate::syntax::{Expr, Node, Stmt};

/// The imports met so far.
#[derive(Debug, Default)]
pub(crate) struct Names<'a> {
    aliases: HashMap<&'a str, String>,
    imported: HashSet<String>,
}

impl<'a> Names<'a> {
    /// Takes note of an import statement; other nodes change nothing.
    pub(crate) fn learn(&mut self, node: &Node<'a>) {
        match node {
            Node::Stmt(Stmt::Import(import)) => self.import(&import.names),
            Node::Stmt(Stmt::ImportFrom(import)) => match &import.module {
                Some(module) => self.import_from(module, &import.names),
                // `from . import x` is a plain import to Bandit.
                None => self.import(&import.names),
            },
            _ => {}
        }
    }

    /// Whether a module was imported under exactly this dotted name.
    pub(crate) fn is_imported(&self, module: &str) -> bool {
        self.imported.contains(module)
    }

    /// Whether some import statement names something that holds this text.
    pub(crate) fn is_imported_like(&self, text: &str) -> bool {
        self.imported.iter().any(|name| name.contains(text))
    }

    /// Writes the qualified name of what a call calls into `out`; empty where it has no static name.
    pub(crate) fn qualified(&self, function: &'a Expr, out: &mut String) {
        out.clear();
        let mut attributes = Vec::new();
        let mut root = function;
        while let Expr::Attribute(attribute) = root {
            attributes.push(attribute.attr.as_str());
            root = &attribute.value;
        }
        if let Expr::Name(name) = root {
            let id = name.id.as_str();
            out.push_str(self.aliases.get(id).map_or(id, String::as_str));
        }
        for attribute in attributes.iter().rev() {
            out.push('.');
            out.push_str(attribute);
        }
    }

    fn import(&mut self, names: &'a [crate::syntax::Alias]) {
        for alias in names {
            if let Some(short) = &alias.asname {
                self.aliases.insert(short, alias.name.to_string());
            }
            self.imported.insert(alias.name.to_string());
        }
    }

    fn import_from(&mut self, module: &str, names: &'a [crate::syntax::Alias]) {
        for alias in names {
            let full = format!("{module}.{}", alias.name);
            let short = alias.asname.as_ref().unwrap_or(&alias.name);
            self.aliases.insert(short, full.clone());
            self.imported.insert(full);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Mode, Module};

    fn ids(source: &str) -> Vec<String> {
        let findings = Module::parse(source).findings(Mode::Bandit);
        findings.into_iter().map(|finding| finding.id).collect()
    }

    #[test]
    fn aliases_count_from_their_import_on() {
        assert_eq!(ids("import random as r\nr.random()\n"), ["B311"]);
        assert_eq!(ids("r.random()\nimport random as r\n"), [""; 0]);
        assert_eq!(ids("from random import random as f\nf()\n"), ["B311"]);
    }

    #[test]
    fn aliases_know_no_scope() {
        assert_eq!(
            ids("def f():\n    from random import choice\ndef g(choice):\n    choice([1])\n"),
            ["B311"]
        );
    }

    #[test]
    fn decorators_see_the_imports_of_the_body_they_decorate() {
        assert_eq!(
            ids("@choice([1])\ndef f():\n    from random import choice\n"),
            ["B311"]
        );
    }
}
