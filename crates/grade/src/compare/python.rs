//! The few functions of Python that the ported rules rest on.

/// `str.isspace` for one character: Unicode white space and the four ASCII separators.
pub(super) fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

/// `str.strip()`.
pub(super) fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// `str.split()`.
pub(super) fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_space).filter(|token| !token.is_empty())
}

/// `str.splitlines()`.
pub(super) fn split_lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some((at, end)) = rest.char_indices().find(|&(_, end)| is_line_end(end)) {
        lines.push(&rest[..at]);
        let after = at + end.len_utf8();
        let after_pair = after + usize::from(end == '\r' && rest[after..].starts_with('\n'));
        rest = &rest[after_pair..];
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

fn is_line_end(character: char) -> bool {
    matches!(
        character,
        '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// `float(text)` for ASCII digits; `None` where Python raises.
pub(super) fn float(text: &str) -> Option<f64> {
    without_grouping(strip(text))?.parse().ok()
}

/// Drops the underscores between digits; `None` when one stands elsewhere.
fn without_grouping(number: &str) -> Option<String> {
    let bytes = number.as_bytes();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    for (at, &byte) in bytes.iter().enumerate() {
        if byte == b'_' && !(is_digit(at.checked_sub(1)) && is_digit(Some(at + 1))) {
            return None;
        }
    }
    Some(number.replace('_', ""))
}

/// `round(number, 3)`, with `-0.0` as `0.0`.
pub(super) fn round3(number: f64) -> f64 {
    if !number.is_finite() || number.fract() == 0.0 {
        return number + 0.0;
    }
    let rounded: f64 = format!("{number:.3}")
        .parse()
        .expect("a printed float reads back");
    rounded + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made with CPython 3.11: `"a\r\nb\n\nc\x1cd\n".splitlines()`, `float(..)`, `round(.., 3)`.
    #[test]
    fn agrees_with_cpython() {
        assert_eq!(split_lines("a\r\nb\n\nc\x1cd\n"), ["a", "b", "", "c", "d"]);
        assert_eq!(split_lines("\n"), [""]);
        assert_eq!(split_lines(""), [""; 0]);
        assert_eq!(split_lines("a\r\r\nb"), ["a", "", "b"]);
        assert_eq!(split("\x1f a\u{a0}b ").collect::<Vec<_>>(), ["a", "b"]);
        for (text, expected) in [
            (" 1_000.5 ", Some(1000.5)),
            ("1e3", Some(1000.0)),
            (".5", Some(0.5)),
            ("5.", Some(5.0)),
            ("-Infinity", Some(f64::NEG_INFINITY)),
            ("+inf", Some(f64::INFINITY)),
            ("1__0", None),
            ("_1", None),
            ("1_", None),
            ("1_.0", None),
            ("0x10", None),
            ("", None),
            (".", None),
            ("1 2", None),
        ] {
            assert_eq!(float(text), expected, "{text:?}");
        }
        assert!(float("NaN").unwrap().is_nan());
        for (number, rounded) in [
            (0.0625, 0.062),
            (0.1875, 0.188),
            (2.0005, 2.001),
            (1.0005, 1.0),
            (-0.0001, 0.0),
            (1e300, 1e300),
        ] {
            assert_eq!(round3(number).to_bits(), f64::to_bits(rounded), "{number}");
        }
    }
}
