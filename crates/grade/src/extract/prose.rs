//! Telling code from prose, line by line, and finding code between prose.

use scrl_record::ExtractionMethod;

use super::Extracted;
use super::attempt::Attempts;

/// Words that Python puts beside names.
const KEYWORDS: [&str; 32] = [
    "and", "as", "assert", "async", "await", "case", "class", "def", "del", "elif", "else",
    "except", "exec", "for", "from", "global", "if", "import", "in", "is", "lambda", "match",
    "nonlocal", "not", "or", "print", "raise", "return", "type", "while", "with", "yield",
];

/// Whether every line that is not blank is a comment, and there is one.
pub(super) fn only_comments(text: &str) -> bool {
    !text.trim().is_empty()
        && text
            .lines()
            .map(str::trim)
            .all(|line| line.is_empty() || line.starts_with('#'))
}

/// Whether a text does something if it is Python: names, literals and comparisons alone do not.
///
/// `Sorry`, `not possible` and `this is wrong` all parse.
pub(super) fn shows_code(text: &str) -> bool {
    text.lines().any(is_code)
}

/// Whether a line is Python that does something, judged by its form.
fn is_code(line: &str) -> bool {
    let line = line.trim();
    if line.starts_with('#') || is_prose(line) {
        return false;
    }
    let first_word = line
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
        .unwrap_or_default();
    let statement = [
        "import", "from", "def", "class", "raise", "assert", "del", "return",
    ];
    line.starts_with('@')
        || (statement.contains(&first_word) && line.len() > first_word.len())
        || calls_or_assigns(line)
}

/// Whether a `(` or `[` follows a name directly, or a single `=` stands between two things.
fn calls_or_assigns(line: &str) -> bool {
    let bytes = line.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    bytes.iter().enumerate().skip(1).any(|(at, &byte)| {
        let before = bytes[at - 1];
        let after = bytes.get(at + 1).copied().unwrap_or_default();
        match byte {
            b'(' => is_word(before) || matches!(before, b')' | b']'),
            b'=' => before != b'=' && before != b'!' && after != b'=' && after != 0,
            _ => false,
        }
    })
}

/// Whether a line is a sentence: it starts with a Markdown mark, or with words of which two stand side by side as
/// Python would not put them, or it is words between a capital and a full stop.
pub(super) fn is_prose(line: &str) -> bool {
    const MARKS: [&str; 6] = ["- ", "* ", "**", "> ", "### ", "## "];
    let line = line.trim();
    if MARKS.iter().any(|mark| line.starts_with(mark)) {
        return true;
    }
    let words: Vec<&str> = line.split_whitespace().take(8).collect();
    match words.as_slice() {
        [] => false,
        [only] => is_heading(only),
        [number, second, ..] if is_list_number(number) => {
            second.starts_with(char::is_alphabetic) && !line.contains('=')
        }
        _ => has_spoken_pair(&words) || is_plain_sentence(line),
    }
}

/// `1.` or `1)`.
fn is_list_number(word: &str) -> bool {
    word.strip_suffix(['.', ')']).is_some_and(|digits| {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn has_spoken_pair(words: &[&str]) -> bool {
    let is_spoken = |word: &&str| {
        let bare = word.trim_end_matches([',', '.', ';', '!', '?', ':']);
        let in_word = |c: char| c.is_alphabetic() || matches!(c, '\'' | '\u{2019}' | '-');
        bare.starts_with(char::is_alphabetic)
            && bare.ends_with(char::is_alphabetic)
            && bare.chars().all(in_word)
    };
    let spoken: Vec<&str> = words.iter().copied().take_while(is_spoken).collect();
    // `a, b` is a tuple as likely as a sentence.
    spoken
        .windows(2)
        .any(|pair| !pair[0].ends_with(',') && !pair.iter().any(|word| KEYWORDS.contains(word)))
}

fn is_plain_sentence(line: &str) -> bool {
    line.starts_with(char::is_uppercase)
        && line.ends_with(['.', ':', '!', '?'])
        && !line.contains(['=', '(', '[', '"'])
}

/// `Solution:` or `Sure!`: one word and a mark that Python would not put there.
fn is_heading(word: &str) -> bool {
    word.strip_suffix([':', '.', '!', '?']).is_some_and(|bare| {
        !bare.is_empty()
            && bare.chars().all(char::is_alphabetic)
            && !["else", "try", "finally"].contains(&bare)
    })
}

/// The code in a text without fences: the longest run of lines that parses, or, where none does, the whole if it
/// holds no prose, else the longest run without prose that looks like code.
pub(super) fn code_between(text: &str, attempts: &mut Attempts) -> Extracted {
    if !shows_code(text) {
        return Extracted::unfenced(ExtractionMethod::Nothing, "");
    }
    if let Some(code) = longest_parsing_run(text, attempts) {
        return Extracted::unfenced(ExtractionMethod::Prose, code);
    }
    let runs = runs_without_prose(text);
    match runs.as_slice() {
        [only] if only.trim() == text.trim() => Extracted::unfenced(ExtractionMethod::Whole, text),
        _ => runs
            .iter()
            .filter(|run| shows_code(run))
            .max_by_key(|run| run.len())
            .map_or_else(
                || Extracted::unfenced(ExtractionMethod::Nothing, ""),
                |run| Extracted::unfenced(ExtractionMethod::Prose, *run),
            ),
    }
}

/// Runs start at lines that look like code, and stand between sentences or the ends of the text.
///
/// What borders on other lines is part of code that does not parse, which is not cut to what does.
fn longest_parsing_run<'a>(text: &'a str, attempts: &mut Attempts) -> Option<&'a str> {
    const MOST_RUNS: usize = 24;
    let mut best: Option<&str> = None;
    let mut at = 0;
    for _ in 0..MOST_RUNS {
        let Some(start) = code_start(&text[at..]) else {
            break;
        };
        at += start;
        let rest = &text[at..];
        let found = attempts.longest_start("", rest).unwrap_or_default();
        let before = not_blank(text[..at].lines().rev());
        let after = not_blank(rest[found.len()..].lines());
        let stands_alone = before.is_none_or(is_prose) && after.is_none_or(is_prose);
        if stands_alone && shows_code(found) && best.is_none_or(|best| found.len() > best.len()) {
            best = Some(found);
        }
        at += found
            .len()
            .max(rest.find('\n').map_or(rest.len(), |end| end + 1));
    }
    best
}

fn not_blank<'a>(mut lines: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    lines.find(|line| !line.trim().is_empty())
}

/// Where the next line that looks like code and is not indented starts.
fn code_start(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if !line.starts_with([' ', '\t']) && is_code(line) {
            return Some(at);
        }
        at += line.len();
    }
    None
}

/// The text cut at its sentences that are not indented.
fn runs_without_prose(text: &str) -> Vec<&str> {
    let mut runs = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if !line.starts_with([' ', '\t']) && is_prose(line) {
            runs.push(&text[start..at]);
            start = at + line.len();
        }
        at += line.len();
    }
    runs.push(&text[start..]);
    runs.retain(|run| !run.trim().is_empty());
    runs
}
