//! A parsed source: its tree, its comments, and why it did not parse.

use std::panic::catch_unwind;
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::{Expr, ModModule, PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};

use super::depth::{Meter, refuse};
use super::lines::Lines;
use super::node::Node;
use super::walk::walk;
use crate::SyntaxError;

/// Levels of a tree beyond which CPython 3.11 refuses to build its own ("maximum recursion depth exceeded during
/// ast construction", measured at 2,988 to 2,989 for every kind of chain).
const MAX_DEPTH: u32 = 2_990;

/// Levels that a tree may have and still be dropped on the caller's stack.
const SHALLOW: u32 = 200;

/// Stack that dropping one level may take, in bytes; an unoptimised build needs about a fifth.
const DROP_BYTES_PER_LEVEL: usize = 2 * 1024;

/// A source with its tree, whole or recovered around errors.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) source: Box<str>,
    /// Found when somebody asks for a line.
    lines: OnceLock<Lines>,
    pub(crate) error: Option<SyntaxError>,
    /// Ranges of the comments that speak of `nosec`.
    pub(crate) nosec_comments: Vec<TextRange>,
    /// Levels of the deepest branch, counted as CPython's `ast` nests; where that is harmless, no less than them.
    pub(crate) depth: u32,
    module: Option<ModModule>,
}

impl Tree {
    pub(crate) fn parse(source: &str) -> Tree {
        let mut tree = Tree {
            source: source.into(),
            lines: OnceLock::new(),
            error: None,
            nosec_comments: Vec::new(),
            depth: 0,
            module: None,
        };
        if let Some(message) = refusal(source) {
            tree.error = Some(SyntaxError::whole_file(message));
            return tree;
        }
        // The parser is borrowed: should it panic on some text, that text is a program that does not parse.
        match catch_unwind(|| parse_unchecked(source, options()).try_into_module()) {
            Ok(Some(parsed)) => tree.take(parsed),
            Ok(None) | Err(_) => {
                tree.error = Some(SyntaxError::whole_file("the parser gave up on this text"));
            }
        }
        tree
    }

    /// The statements of the module; empty where the source was refused outright.
    pub(crate) fn body(&self) -> &[Stmt] {
        self.module.as_ref().map_or(&[], |module| &module.body)
    }

    /// Where the lines of the source start.
    pub(crate) fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::new(&self.source))
    }

    /// The text of a range.
    pub(crate) fn text(&self, range: TextRange) -> &str {
        &self.source[range]
    }

    fn take(&mut self, parsed: Parsed<ModModule>) {
        self.error = self.first_error(&parsed);
        let surveyed = self.read_tokens(parsed.tokens());
        self.module = Some(parsed.into_syntax());
        if let (Some(most), None) = (surveyed, &self.error) {
            debug_assert!(self.measured() <= most, "{}", self.source);
            self.depth = most;
            return;
        }
        self.survey();
        if self.depth > MAX_DEPTH {
            self.error.get_or_insert(SyntaxError::whole_file(
                "nested too deeply to be compiled by CPython",
            ));
        }
    }

    /// Measures the depth, and finds `((a) := 1)`, which CPython refuses and the borrowed parser does not.
    fn survey(&mut self) {
        self.depth = self.measured();
        if self.error.is_some() {
            return;
        }
        let mut refused = None;
        walk(self.body(), |node, _| {
            if let Node::Expr(Expr::Named(named)) = node
                && named.target.start() != named.range.start()
            {
                refused = refused.or(Some(named.range));
            }
        });
        if let Some(range) = refused {
            let message = "the target of `:=` must be a bare name";
            self.error = Some(self.syntax_error(range, message));
        }
    }

    /// Levels of the deepest branch.
    fn measured(&self) -> u32 {
        let mut deepest = 0;
        walk(self.body(), |node, ancestors| {
            let depth = ancestors.len() as u32 + 1 + u32::from(node.has_leaf());
            deepest = deepest.max(depth);
        });
        deepest
    }

    /// Reads comments and nesting; gives what the depth does not exceed where nothing is left to survey.
    fn read_tokens(&mut self, tokens: &Tokens) -> Option<u32> {
        let mut meter = Meter::default();
        let mut named = false;
        for token in tokens {
            let kind = token.kind();
            if kind == TokenKind::Comment {
                if self.source[token.range()].contains("nosec") {
                    self.nosec_comments.push(token.range());
                }
                continue;
            }
            meter.feed(kind);
            named |= kind == TokenKind::ColonEqual;
            if self.error.is_none()
                && let Some(reason) = meter.brackets_or_indents()
            {
                self.error = Some(self.syntax_error(token.range(), reason.message()));
            }
        }
        Some(meter.most_levels()).filter(|most| *most <= SHALLOW && !named)
    }

    fn first_error(&self, parsed: &Parsed<ModModule>) -> Option<SyntaxError> {
        if let Some(error) = parsed.errors().first() {
            return Some(self.syntax_error(error.location, &error.error.to_string()));
        }
        let error = parsed.unsupported_syntax_errors().first()?;
        Some(self.syntax_error(error.range, &error.to_string()))
    }

    fn syntax_error(&self, range: TextRange, message: &str) -> SyntaxError {
        SyntaxError {
            line: self.lines().line(range.start()),
            column: self.lines().column(range.start()),
            message: message.to_owned(),
        }
    }
}

impl Drop for Tree {
    /// Drops a deep tree on a stack of its own: the compiler's drop code recurses once per level.
    fn drop(&mut self) {
        if self.depth <= SHALLOW {
            return;
        }
        let module = Arc::new(Mutex::new(self.module.take()));
        let theirs = Arc::clone(&module);
        let stack = 1024 * 1024 + self.depth as usize * DROP_BYTES_PER_LEVEL;
        let dropper = thread::Builder::new()
            .stack_size(stack)
            .spawn(move || theirs.lock().map(|mut module| module.take()).is_ok());
        match dropper.map(thread::JoinHandle::join) {
            Ok(Ok(true)) => {}
            // Leaking is the lesser harm: dropping here would overflow the stack and end the process.
            _ => std::mem::forget(module),
        }
    }
}

/// Python 3.13: from 3.14 on `except Error, e:` is a program again, and it means something else than the Python 2
/// that such samples are written in.
fn options() -> ParseOptions {
    ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY313)
}

/// Why the source may not even be given to the parser.
fn refusal(source: &str) -> Option<&'static str> {
    if u32::try_from(source.len()).is_err() {
        return Some("source of 4 GiB or more");
    }
    if source.as_bytes().contains(&0) {
        return Some("source code cannot contain null bytes");
    }
    refuse(source).map(super::depth::TooDeep::message)
}
