//! Bytes of a file to the text that CPython would read: byte order mark, coding line, or UTF-8.
//!
//! Source: PEP 263, and `tokenize.detect_encoding`.

use std::borrow::Cow;

use encoding_rs::Encoding;

use crate::SyntaxError;

const MARK: &[u8] = b"\xef\xbb\xbf";

/// The text of a source file, a byte order mark included.
///
/// Fails on bytes that their encoding does not allow, and on encodings that are unknown, in the words of an error on
/// line 1.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, SyntaxError> {
    let marked = bytes.starts_with(MARK);
    let Some(name) = coding(bytes.strip_prefix(MARK).unwrap_or(bytes)) else {
        return utf8(bytes);
    };
    let name = name.to_ascii_lowercase().replace('_', "-");
    match name.as_str() {
        "utf-8" => utf8(bytes),
        name if name.starts_with("utf-8-") => utf8(bytes),
        _ if marked => Err(error(&format!(
            "encoding `{name}` in a file that starts as UTF-8"
        ))),
        "utf8" | "u8" => utf8(bytes),
        "latin-1" | "latin1" | "iso-8859-1" | "iso-latin-1" | "iso8859-1" | "l1" => {
            Ok(bytes.iter().map(|&byte| char::from(byte)).collect())
        }
        "ascii" | "us-ascii" if !bytes.is_ascii() => {
            Err(error("a byte that is no ASCII in a file declared as ASCII"))
        }
        _ => other(bytes, &name),
    }
}

fn other<'b>(bytes: &'b [u8], name: &str) -> Result<Cow<'b, str>, SyntaxError> {
    let encoding = Encoding::for_label(label(name).as_bytes());
    // The replacement encoding is what the web makes of encodings that it refuses.
    let Some(encoding) = encoding.filter(|found| *found != encoding_rs::REPLACEMENT) else {
        return Err(error(&format!("unknown encoding: {name}")));
    };
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(|| error(&format!("bytes that are no {name}")))
}

/// Python's names for encodings where the web has others.
fn label(name: &str) -> Cow<'_, str> {
    match name {
        "euc-jp" | "eucjp" | "ujis" => "euc-jp".into(),
        "cp932" | "ms932" | "shiftjis" => "shift_jis".into(),
        "cp936" | "ms936" => "gbk".into(),
        "cp949" | "ms949" => "euc-kr".into(),
        "cp950" | "big5-tw" => "big5".into(),
        "mac-roman" | "macroman" => "macintosh".into(),
        _ => match name.strip_prefix("iso8859-") {
            Some(part) => format!("iso-8859-{part}").into(),
            None => match name.strip_prefix("latin-") {
                Some(part) => format!("latin{part}").into(),
                None => name.into(),
            },
        },
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, SyntaxError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(found) => {
            let before = &bytes[..found.valid_up_to()];
            let line = before.split(|&byte| byte == b'\n').count() as u32;
            Err(SyntaxError {
                line,
                column: 0,
                message: format!(
                    "not UTF-8, and no encoding declared: byte {:#04x}",
                    bytes[found.valid_up_to()]
                ),
            })
        }
    }
}

/// The encoding that a comment on the first two lines declares: `^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)`.
fn coding(bytes: &[u8]) -> Option<&str> {
    let mut lines = bytes.splitn(3, |&byte| byte == b'\n');
    let first = lines.next()?;
    if let Some(name) = coding_on(first) {
        return Some(name);
    }
    // The second line counts only below a line that is blank or a comment.
    let text = trim(first);
    if !(text.is_empty() || text.starts_with(b"#")) {
        return None;
    }
    coding_on(lines.next()?)
}

fn coding_on(line: &[u8]) -> Option<&str> {
    let comment = trim(line).strip_prefix(b"#")?;
    let mut rest = comment;
    loop {
        let at = rest.windows(6).position(|window| window == b"coding")?;
        rest = &rest[at + 6..];
        if let [b':' | b'=', name @ ..] = rest {
            let name = trim(name);
            let is_part =
                |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            let length = name.iter().take_while(|byte| is_part(byte)).count();
            if length > 0 {
                return std::str::from_utf8(&name[..length]).ok();
            }
        }
    }
}

fn trim(line: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\x0c' | b'\r');
    let start = line.iter().take_while(|byte| blank(byte)).count();
    &line[start..]
}

fn error(message: &str) -> SyntaxError {
    SyntaxError::whole_file(message)
}

#[cfg(test)]
mod tests {
    use super::decode;

    fn text(bytes: &[u8]) -> Option<String> {
        decode(bytes).ok().map(std::borrow::Cow::into_owned)
    }

    #[test]
    fn coding_lines_are_heeded() {
        for (bytes, expected) in [
            (
                &b"# -*- coding: latin-1 -*-\n'\xe9\x80'"[..],
                Some("# -*- coding: latin-1 -*-\n'\u{e9}\u{80}'"),
            ),
            (
                b"#!/bin/x\n# vim: set fileencoding=cp1252 :\n'\x80'",
                Some("#!/bin/x\n# vim: set fileencoding=cp1252 :\n'\u{20ac}'"),
            ),
            (
                b"# coding: shift_jis\n'\x82\xa0'",
                Some("# coding: shift_jis\n'\u{3042}'"),
            ),
            (
                b"# coding: utf8\n'\xc3\xa9'",
                Some("# coding: utf8\n'\u{e9}'"),
            ),
            (b"x = 1\n# coding: latin-1\n'\xe9'", None),
            (b"# coding: ascii\n'\xe9'", None),
            (b"# coding: martian\n", None),
            (b"'\xe9'", None),
            (b"\xef\xbb\xbfx", Some("\u{feff}x")),
            (b"\xef\xbb\xbf# coding: latin-1\n", None),
            // CPython takes only the name with its hyphen for the encoding that the mark stands for.
            (b"\xef\xbb\xbf# coding: utf8\n", None),
        ] {
            assert_eq!(text(bytes).as_deref(), expected, "{bytes:?}");
        }
    }
}
