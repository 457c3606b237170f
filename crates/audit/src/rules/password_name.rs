//! Names that promise a secret: Bandit's `RE_CANDIDATES`, by hand.
//!
//! `(^W$|_W_|^W_|_W$)` with `W = (pas+wo?r?d|pass(phrase)?|pwd|token|secrete?)`, ignoring case: a word between
//! underscores or the ends of the name.

use scrl_record::{Confidence, Severity};

use crate::issue::Issue;

/// Whether a name holds one of the words.
pub(super) fn promises_secret(name: &str) -> bool {
    let starts = std::iter::once(0).chain(name.match_indices('_').map(|(at, _)| at + 1));
    starts
        .into_iter()
        .any(|start| word_ends_well(&name[start..]))
}

/// The issue that B105, B106 and B107 share.
pub(super) fn issue(value: &str) -> Issue {
    let message = format!("Possible hardcoded password: '{value}'");
    Issue::new(Severity::Low, Confidence::Medium, message)
}

/// Whether `text` starts with a word that ends the name or is followed by an underscore.
fn word_ends_well(text: &str) -> bool {
    // Longer words first is of no matter: each is followed by something else than the other.
    let words = ["pass", "passphrase", "pwd", "token", "secret", "secrete"];
    let fixed = words.iter().filter_map(|word| strip_folded(text, word));
    fixed.chain(password_rests(text)).any(ends_name)
}

fn ends_name(rest: &str) -> bool {
    // A regular expression's `$` also matches before a final line feed.
    rest.is_empty() || rest == "\n" || rest.starts_with('_')
}

/// What may follow `pas+wo?r?d`: `password`, `passwd`, `paswrd`, `passssword`.
fn password_rests(text: &str) -> Option<&str> {
    let mut rest = strip_folded(text, "pas")?;
    while let Some(shorter) = strip_folded(rest, "s") {
        rest = shorter;
    }
    rest = strip_folded(rest, "w")?;
    rest = strip_folded(rest, "o").unwrap_or(rest);
    rest = strip_folded(rest, "r").unwrap_or(rest);
    strip_folded(rest, "d")
}

/// Strips a lower-case word from the start of `text` as Python's `re.IGNORECASE` compares.
fn strip_folded<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    for expected in word.chars() {
        if fold(rest.next()?) != expected {
            return None;
        }
    }
    Some(rest.as_str())
}

/// Lower case, with the two letters outside ASCII that `re.IGNORECASE` takes for `s` and `k`.
fn fold(c: char) -> char {
    match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        _ => c.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::promises_secret;

    #[test]
    fn words_between_underscores_promise_a_secret() {
        for name in [
            "password",
            "PASSWORD",
            "passwd",
            "paswrd",
            "pwd",
            "token",
            "api_token",
            "secret_key",
            "my_pass_word",
            "passphrase",
            "secrete",
            "_pass_",
            "db_passssword",
        ] {
            assert!(promises_secret(name), "{name}");
        }
        for name in [
            "passenger",
            "bypass",
            "tokens",
            "mypassword",
            "secretary",
            "passw",
            "",
            "_",
            "pass1",
        ] {
            assert!(!promises_secret(name), "{name}");
        }
    }
}
