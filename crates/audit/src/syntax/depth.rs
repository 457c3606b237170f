//! How deep a source nests, told from its tokens before or after a tree is built.
//!
//! CPython's tokenizer refuses more than 200 open brackets and 99 levels of indentation; deep chains of operators
//! fail later, in its parser. A source that would only cost memory is refused here first.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::Mode;
use ruff_python_parser::lexer::lex;

/// CPython's `MAXLEVEL`.
const MAX_BRACKETS: usize = 200;
/// CPython's `MAXINDENT`, less the level that it keeps for itself.
const MAX_INDENTS: u32 = 99;
/// Operators in one operand chain beyond which no parse is tried.
const MAX_CHAIN: u32 = 10_000;
/// A source shorter than this cannot nest deep enough to hurt, one byte being the least a level takes.
const SHORT: usize = 8 * 1024;

/// Why a source is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TooDeep {
    Brackets,
    Indents,
    Chain,
}

impl TooDeep {
    pub(super) fn message(self) -> &'static str {
        match self {
            TooDeep::Brackets => "too many nested parentheses",
            TooDeep::Indents => "too many levels of indentation",
            TooDeep::Chain => "expression nested too deeply to be compiled by CPython",
        }
    }
}

/// Reads a long source's tokens and says whether parsing it would go too deep.
pub(super) fn refuse(source: &str) -> Option<TooDeep> {
    if source.len() < SHORT {
        return None;
    }
    let mut lexer = lex(source, Mode::Module);
    let mut meter = Meter::default();
    loop {
        let kind = lexer.next_token();
        if kind.is_eof() {
            return None;
        }
        meter.feed(kind);
        if let Some(reason) = meter.brackets_or_indents() {
            return Some(reason);
        }
        if meter.here.length() > MAX_CHAIN {
            return Some(TooDeep::Chain);
        }
    }
}

/// Follows the nesting of a token stream.
#[derive(Debug, Default)]
pub(super) struct Meter {
    /// What each open bracket interrupts.
    outer: Vec<Chain>,
    /// Levels that the open brackets and what they interrupt may be worth.
    outer_levels: u32,
    /// What was read since the innermost bracket.
    here: Chain,
    indents: u32,
    deepest_indent: u32,
    elifs: u32,
    /// The most levels that the expressions of one statement may be worth.
    steepest: u32,
}

/// Operators whose operands may lie one below the other.
#[derive(Clone, Copy, Debug, Default)]
struct Chain {
    /// Since the last operator whose operands lie side by side.
    operators: u32,
    /// `not`, which `and` and `or` end and comparisons do not.
    nots: u32,
    /// `lambda` and `else`, whose operand is all that follows up to a comma.
    prefixes: u32,
    /// Those `lambda` whose parameters are not over: their commas end nothing.
    lambdas: u32,
}

/// Levels that a bracket may be worth: a call, its keyword or comprehension, `or`, `and`, a comparison, a format.
const BRACKET_LEVELS: u32 = 8;
/// Levels that a `lambda` or `else` may be worth: itself, parameters, `or`, `and`, a comparison.
const PREFIX_LEVELS: u32 = 6;
/// Levels that an indentation may be worth: a `try` with its handler, a `match` with its case.
const INDENT_LEVELS: u32 = 3;
/// Levels of a statement, its parameters and annotations, and of the leaf at the end.
const STATEMENT_LEVELS: u32 = 16;

impl Chain {
    fn length(self) -> u32 {
        self.operators + self.nots + self.prefixes
    }

    fn levels(self) -> u32 {
        self.operators + self.nots + self.prefixes * PREFIX_LEVELS
    }

    fn feed(&mut self, kind: TokenKind) {
        match kind {
            TokenKind::Newline | TokenKind::Semi => *self = Chain::default(),
            TokenKind::Comma if self.lambdas == 0 => *self = Chain::default(),
            TokenKind::Comma | TokenKind::And | TokenKind::Or => {
                (self.operators, self.nots) = (0, 0);
            }
            TokenKind::Lambda => {
                self.prefixes += 1;
                self.lambdas += 1;
            }
            TokenKind::Else => self.prefixes += 1,
            TokenKind::Not => self.nots += 1,
            TokenKind::Colon => {
                self.lambdas = self.lambdas.saturating_sub(1);
                self.operators += 1;
            }
            kind if compares(kind) => self.operators = 0,
            kind if kind.is_keyword() || kind.is_operator() => self.operators += 1,
            _ => {}
        }
    }
}

impl Meter {
    pub(super) fn feed(&mut self, kind: TokenKind) {
        match kind {
            TokenKind::Name | TokenKind::NonLogicalNewline => return,
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                self.outer_levels += self.here.levels() + BRACKET_LEVELS;
                self.outer.push(std::mem::take(&mut self.here));
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                self.here = self.outer.pop().unwrap_or_default();
                let levels = self.here.levels() + BRACKET_LEVELS;
                self.outer_levels = self.outer_levels.saturating_sub(levels);
                // The bracket itself may be a call or a subscript: one level on its chain.
                self.here.operators += u32::from(kind != TokenKind::Rbrace);
            }
            TokenKind::Indent => {
                self.indents += 1;
                self.deepest_indent = self.deepest_indent.max(self.indents);
            }
            TokenKind::Dedent => self.indents = self.indents.saturating_sub(1),
            TokenKind::Elif => self.elifs += 1,
            kind => self.here.feed(kind),
        }
        self.steepest = self.steepest.max(self.outer_levels + self.here.levels());
    }

    pub(super) fn brackets_or_indents(&self) -> Option<TooDeep> {
        if self.outer.len() > MAX_BRACKETS {
            Some(TooDeep::Brackets)
        } else if self.indents > MAX_INDENTS {
            Some(TooDeep::Indents)
        } else {
            None
        }
    }

    /// Levels that the tree of a source without errors does not exceed.
    pub(super) fn most_levels(&self) -> u32 {
        self.steepest + self.deepest_indent * INDENT_LEVELS + self.elifs + STATEMENT_LEVELS
    }
}

/// Operators whose operands lie side by side in the tree, not one below the other, `and` and `or` aside.
fn compares(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Less
            | TokenKind::Greater
            | TokenKind::EqEqual
            | TokenKind::NotEqual
            | TokenKind::LessEqual
            | TokenKind::GreaterEqual
            | TokenKind::In
            | TokenKind::Is
    )
}
