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
        if meter.chain > MAX_CHAIN {
            return Some(TooDeep::Chain);
        }
    }
}

/// Follows the nesting of a token stream.
#[derive(Debug, Default)]
pub(super) struct Meter {
    /// For each open bracket, the operators of the operand chain that it interrupts.
    outer: Vec<u32>,
    /// Operators since the last reset inside the innermost bracket.
    chain: u32,
    indents: u32,
}

impl Meter {
    pub(super) fn feed(&mut self, kind: TokenKind) {
        match kind {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                self.outer.push(self.chain);
                self.chain = 0;
            }
            // The bracket itself may be a call or a subscript: one level on its chain.
            TokenKind::Rpar | TokenKind::Rsqb => self.chain = self.outer.pop().unwrap_or(0) + 1,
            TokenKind::Rbrace => self.chain = self.outer.pop().unwrap_or(0),
            TokenKind::Indent => self.indents += 1,
            TokenKind::Dedent => self.indents = self.indents.saturating_sub(1),
            kind if ends_chain(kind) => self.chain = 0,
            kind if kind.is_keyword() || kind.is_operator() => self.chain += 1,
            _ => {}
        }
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
}

/// Tokens whose operands lie side by side in the tree, not one below the other.
fn ends_chain(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Comma
            | TokenKind::Newline
            | TokenKind::And
            | TokenKind::Or
            | TokenKind::Less
            | TokenKind::Greater
            | TokenKind::EqEqual
            | TokenKind::NotEqual
            | TokenKind::LessEqual
            | TokenKind::GreaterEqual
            | TokenKind::In
            | TokenKind::Is
    )
}
