//! One Python source, parsed once and asked many questions.

use std::collections::BTreeMap;

use scrl_record::Finding;

use crate::constant::{Constant, constants};
use crate::issue::Scan;
use crate::outline::{self, Outline};
use crate::profile::Profile;
use crate::scan;
use crate::strict;
use crate::syntax::{Expr, Node, Stmt, Tree, walk};

/// Which questions findings answer; the two never mix in one score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// What Bandit 1.9.4 reports, quirks included: `# nosec` counts, code that does not parse yields nothing.
    Bandit,
    /// For rewards: rules of our own on scopes and data flow, see [`crate::strict_rules`]; `# nosec` is ignored and the
    /// tree recovered from broken code is scanned.
    Strict,
}

/// Why a source does not parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Line, from 1; 1 where the error is about the whole file.
    pub line: u32,
    /// Column in UTF-8 bytes, from 0.
    pub column: u32,
    /// What is wrong, in words.
    pub message: String,
}

impl SyntaxError {
    pub(crate) fn whole_file(message: &str) -> SyntaxError {
        SyntaxError {
            line: 1,
            column: 0,
            message: message.to_owned(),
        }
    }
}

/// One parsed Python source.
#[derive(Debug)]
pub struct Module {
    tree: Tree,
}

impl Module {
    /// Parses any text; a text that is no Python still gives a module, with [`Module::syntax_error`] set.
    ///
    /// Safe on hostile text: no panic, no stack overflow, time linear in the length.
    pub fn parse(source: &str) -> Module {
        Module {
            tree: Tree::parse(source),
        }
    }

    /// Whether CPython's `ast.parse` would accept the source.
    pub fn parses(&self) -> bool {
        self.tree.error.is_none()
    }

    /// The first syntax error, where there is one.
    pub fn syntax_error(&self) -> Option<&SyntaxError> {
        self.tree.error.as_ref()
    }

    /// What each name holds in the end, of a text that only imports and assigns names; of any other, nothing.
    pub fn constants(&self) -> Option<BTreeMap<String, Constant>> {
        constants(&self.tree)
    }

    /// The weaknesses found, sorted by line, column and id.
    pub fn findings(&self, mode: Mode) -> Vec<Finding> {
        match mode {
            Mode::Bandit => scan::findings(&self.tree),
            Mode::Strict => strict::findings(&self.tree),
        }
    }

    /// What Bandit with this configuration says of the file of this name; nothing where it does not parse.
    pub fn scan(&self, profile: &Profile, file: &str) -> Scan {
        scan::scan(&self.tree, profile, file)
    }

    /// What the program defines and does at module level.
    pub fn outline(&self) -> Outline {
        outline::outline(&self.tree)
    }

    /// Lines that are neither blank nor only a comment, as Bandit counts them.
    pub fn code_lines(&self) -> u32 {
        self.tree
            .source
            .split(['\n', '\r'])
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .count() as u32
    }

    /// Whether it imports the package `name`, or something of it, anywhere.
    pub fn imports(&self, name: &str) -> bool {
        let is_of = |module: &str| module.split('.').next() == Some(name);
        let mut found = false;
        walk(self.tree.body(), |node, _| {
            found |= match node {
                Node::Stmt(Stmt::Import(import)) => import.names.iter().any(|it| is_of(&it.name)),
                Node::Stmt(Stmt::ImportFrom(import)) => {
                    import.level == 0 && import.module.as_deref().is_some_and(is_of)
                }
                _ => false,
            };
        });
        found
    }

    /// Whether `name` is read anywhere outside the body of the module-level definition of that name.
    ///
    /// `name()` under `if __name__ == "__main__":` counts; a recursive call inside `def name` does not.
    pub fn calls(&self, name: &str) -> bool {
        let mut found = false;
        walk(self.tree.body(), |node, ancestors| {
            let Node::Expr(Expr::Name(read)) = node else {
                return;
            };
            if read.id == *name && read.ctx.is_load() && !inside_own_definition(ancestors, name) {
                found = true;
            }
        });
        found
    }
}

/// Whether the outermost definition around a node is that of `name`; a method of that name is another thing.
fn inside_own_definition(ancestors: &[Node<'_>], name: &str) -> bool {
    let outermost = ancestors.iter().find_map(|node| match node {
        Node::Stmt(Stmt::FunctionDef(def)) => Some(def.name.as_str()),
        Node::Stmt(Stmt::ClassDef(class)) => Some(class.name.as_str()),
        _ => None,
    });
    outermost == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_imported_whole_or_in_part() {
        for (source, imports) in [
            ("import numpy as np\n", true),
            ("import os, numpy.linalg\n", true),
            ("def f():\n    from numpy.fft import fft\n", true),
            ("from numpy import *\n", true),
            ("from .numpy import x\n", false),
            ("import numpyro\n", false),
            ("from os import numpy\n# import numpy\n", false),
        ] {
            assert_eq!(Module::parse(source).imports("numpy"), imports, "{source}");
        }
    }

    #[test]
    fn a_call_outside_its_own_definition_counts() {
        for (source, called) in [
            ("def f():\n    f()\n", false),
            ("def f():\n    pass\nf()\n", true),
            (
                "def f():\n    pass\nif __name__ == '__main__':\n    f()\n",
                true,
            ),
            ("def f():\n    pass\ng = f\n", true),
            ("def f():\n    pass\ndef main():\n    f()\nmain()\n", true),
            ("if x:\n    def f():\n        f()\n", false),
            ("class C:\n    def f(self):\n        f()\n", true),
            ("f = 1\n", false),
            ("x.f()\n", false),
            ("", false),
        ] {
            assert_eq!(Module::parse(source).calls("f"), called, "{source}");
        }
    }

    #[test]
    fn blank_lines_and_comments_are_no_code() {
        let module = Module::parse("# a\n\nx = 1  # b\r\n\t# c\ny = 2");
        assert_eq!(module.code_lines(), 2);
        assert_eq!(Module::parse("").code_lines(), 0);
    }

    #[test]
    fn what_cpython_refuses_does_not_parse() {
        for source in [
            "((a) := 1)\n",
            "print 'x'\n",
            "try:\n    f()\nexcept Exception, e:\n    pass\n",
            "f(a=1, 2)\n",
            "x = 0777\n",
            "if x:\npass\n",
        ] {
            assert!(!Module::parse(source).parses(), "{source}");
        }
        for source in [
            "(a := 1)\n",
            "return 1\n",
            "f'{a['x']}'\n",
            "type X = int\n",
            "match x:\n case _: pass\n",
        ] {
            assert!(Module::parse(source).parses(), "{source}");
        }
    }

    #[test]
    fn a_syntax_error_has_a_place_and_words() {
        let module = Module::parse("x = 1\ny = (\n");
        let error = module.syntax_error().unwrap();
        assert!(error.line >= 2 && !error.message.is_empty());
        assert!(!module.parses());
    }
}
