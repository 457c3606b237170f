//! Which texts look like SQL: Bandit's `SIMPLE_SQL_RE`, as automata that can be run over a text in parts.
//!
//! ```text
//! select\s.*from\s | delete\s+from\s | insert\s+into\s.*values[\s(] | update\s.*set\s   (ignoring case)
//! ```
//!
//! A concatenation of n parts asks about n texts, each nearly the whole of it. An [`Effect`] says what a part does to
//! every state, so that the effects of neighbours compose and all questions together take linear time.

use std::sync::OnceLock;

/// What one position of a pattern matches.
#[derive(Clone, Copy, Debug)]
enum Atom {
    Letter(u8),
    Space,
    /// A letter before which more white space may stand.
    LetterAfterSpaces(u8),
    SpaceOrParenthesis,
}

/// A pattern as an automaton: the state is the number of atoms matched, the last one stays for good.
#[derive(Debug)]
struct Pattern {
    /// For each state, the next one by class of character.
    next: Vec<[u8; CLASSES]>,
}

/// A pattern as it is written down.
#[derive(Debug)]
struct Draft {
    atoms: Vec<Atom>,
    /// Where a mismatch in each state goes back to: behind the last `.*`, or to a shorter match.
    fallback: Vec<u8>,
}

/// What characters are to the patterns: a lower-case letter, a space for any white space, `(`, or something else.
const CLASSES: usize = 29;
const SPACE: u8 = 26;
const PARENTHESIS: u8 = 27;
const OTHER: u8 = 28;

/// The states of all patterns, before or after a text.
pub(super) type States = [u8; 4];

/// What a text does to the states: for each pattern and state, the state after it.
#[derive(Clone, Debug)]
pub(super) struct Effect(Vec<u8>);

/// The states before any text.
pub(super) const START: States = [0; 4];

/// Whether a text looks like SQL.
pub(super) fn looks_like_sql(text: &str) -> bool {
    may_be_sql(text) && accepted(advance(START, text))
}

/// Whether a text holds a verb without which no pattern matches; cheap.
pub(super) fn may_be_sql(text: &str) -> bool {
    const VERBS: [&[u8]; 4] = [b"select", b"delete", b"insert", b"update"];
    text.as_bytes().windows(6).any(|window| {
        // A letter outside ASCII may stand for an `s`: leave it to the automata.
        !window[0].is_ascii()
            || VERBS.iter().any(|verb| {
                let differs = |(a, b): (&u8, &u8)| a.is_ascii() && a.to_ascii_lowercase() != *b;
                !window.iter().zip(*verb).any(differs)
            })
    })
}

/// The states after a text.
pub(super) fn advance(mut states: States, text: &str) -> States {
    for c in text.chars() {
        let class = classify(c);
        for (pattern, state) in patterns().iter().zip(&mut states) {
            *state = pattern.step(*state, class);
        }
    }
    states
}

/// Whether some pattern has matched.
pub(super) fn accepted(states: States) -> bool {
    let finals = patterns().iter().map(Pattern::last);
    finals.zip(states).any(|(last, state)| state == last)
}

impl Effect {
    /// The effect of an empty text.
    pub(super) fn nothing() -> Effect {
        Effect(
            patterns()
                .iter()
                .flat_map(|pattern| 0..=pattern.last())
                .collect(),
        )
    }

    /// The effect of a text.
    pub(super) fn of(text: &str) -> Effect {
        let mut effect = Effect::nothing();
        for c in text.chars() {
            let class = classify(c);
            let mut states = effect.0.iter_mut();
            for pattern in patterns() {
                for state in states.by_ref().take(pattern.next.len()) {
                    *state = pattern.step(*state, class);
                }
            }
        }
        effect
    }

    /// The effect of this text followed by another.
    pub(super) fn then(&self, next: &Effect) -> Effect {
        let mut composed = Vec::with_capacity(self.0.len());
        let mut offset = 0;
        for pattern in patterns() {
            let length = pattern.next.len();
            let states = &self.0[offset..offset + length];
            composed.extend(states.iter().map(|&state| next.0[offset + state as usize]));
            offset += length;
        }
        Effect(composed)
    }

    /// The states after the text.
    pub(super) fn apply(&self, states: States) -> States {
        let mut after = states;
        let mut offset = 0;
        for (pattern, state) in patterns().iter().zip(&mut after) {
            *state = self.0[offset + *state as usize];
            offset += pattern.next.len();
        }
        after
    }
}

impl Pattern {
    fn last(&self) -> u8 {
        self.next.len() as u8 - 1
    }

    fn step(&self, state: u8, class: u8) -> u8 {
        self.next[usize::from(state)][usize::from(class)]
    }
}

impl Draft {
    fn compile(&self) -> Pattern {
        let states = 0..=self.atoms.len() as u8;
        let row = |state| std::array::from_fn(|class| self.step(state, class as u8));
        Pattern {
            next: states.map(row).collect(),
        }
    }

    fn step(&self, mut state: u8, class: u8) -> u8 {
        loop {
            let Some(atom) = self.atoms.get(usize::from(state)) else {
                return state;
            };
            match atom {
                Atom::LetterAfterSpaces(_) if class == SPACE => return state,
                Atom::Letter(letter) | Atom::LetterAfterSpaces(letter)
                    if letter - b'a' == class =>
                {
                    return state + 1;
                }
                Atom::Space if class == SPACE => return state + 1,
                Atom::SpaceOrParenthesis if matches!(class, SPACE | PARENTHESIS) => {
                    return state + 1;
                }
                _ => {}
            }
            let back = self.fallback[usize::from(state)];
            if back == state {
                return state;
            }
            state = back;
        }
    }
}

fn classify(c: char) -> u8 {
    match c {
        'a'..='z' => c as u8 - b'a',
        'A'..='Z' => c as u8 - b'A',
        '(' => PARENTHESIS,
        // What Python's `\s` matches beyond Rust's white space, and its other lower case of `S`.
        '\u{1c}'..='\u{1f}' => SPACE,
        '\u{17f}' => b's' - b'a',
        _ if c.is_whitespace() => SPACE,
        _ => OTHER,
    }
}

fn patterns() -> &'static [Pattern; 4] {
    static PATTERNS: OnceLock<[Pattern; 4]> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        let mut insert = Builder::default()
            .word("insert")
            .spaces_word("into")
            .any()
            .word("values");
        insert.atoms.push(Atom::SpaceOrParenthesis);
        let mut insert = insert.build();
        // Behind "insert in" the letters "in" may be the start of another "insert"; no other word recurs so.
        insert.fallback["insert in".len()] = "in".len() as u8;
        [
            Builder::default()
                .word("select")
                .any()
                .word("from")
                .space()
                .build(),
            Builder::default()
                .word("delete")
                .spaces_word("from")
                .space()
                .build(),
            insert,
            Builder::default()
                .word("update")
                .any()
                .word("set")
                .space()
                .build(),
        ]
        .map(|draft| draft.compile())
    })
}

#[derive(Default)]
struct Builder {
    atoms: Vec<Atom>,
    fallback: Vec<u8>,
    restart: u8,
}

impl Builder {
    fn push(&mut self, atom: Atom) {
        self.atoms.push(atom);
        self.fallback.push(self.restart);
    }

    fn word(mut self, word: &str) -> Self {
        word.bytes()
            .for_each(|letter| self.push(Atom::Letter(letter)));
        self
    }

    fn space(mut self) -> Self {
        self.push(Atom::Space);
        self
    }

    /// `\s+` and a word.
    fn spaces_word(mut self, word: &str) -> Self {
        self.push(Atom::Space);
        let (first, rest) = word.split_at(1);
        self.push(Atom::LetterAfterSpaces(first.as_bytes()[0]));
        self.word(rest)
    }

    /// `\s.*`: what comes next may come anywhere later.
    fn any(mut self) -> Self {
        self.push(Atom::Space);
        self.restart = self.atoms.len() as u8;
        self
    }

    fn build(mut self) -> Draft {
        self.fallback.resize(self.atoms.len(), self.restart);
        Draft {
            atoms: self.atoms,
            fallback: self.fallback,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sql_is_told_from_other_text() {
        for text in [
            "SELECT a FROM t ",
            "select\n* \n from\tx",
            "xselect from from ",
            "delete  \n from t",
            "insert insert into t values(",
            "insert into insert into t values (1)",
            "UPDATE t SET a = 1",
            "\u{17f}elect a from b",
        ] {
            assert!(looks_like_sql(text), "{text}");
        }
        for text in [
            "",
            "select a from",
            "select from",
            "selected a from b",
            "delete x from t",
            "deletefrom t",
            "insert into t value (1)",
            "update t sets a",
            "please select one",
        ] {
            assert!(!looks_like_sql(text), "{text}");
        }
    }

    proptest! {
        /// Running over parts and over the whole is the same, however the text is cut.
        #[test]
        fn effects_compose(parts in prop::collection::vec("(select|delete|insert|into|from|values|set|in|i|\\(| |x){0,6}", 0..6)) {
            let whole: String = parts.concat();
            let effect = parts.iter().fold(Effect::nothing(), |all, part| all.then(&Effect::of(part)));
            prop_assert_eq!(effect.apply(START), advance(START, &whole));
            prop_assert_eq!(accepted(effect.apply(START)), looks_like_sql(&whole));
        }
    }
}
