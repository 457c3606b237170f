//! Constant folding: texts put together at run time, as far as their parts are written in the source.
//!
//! Folded: `"o" + "s"`, `"%s" % "x"`, `"{}".format("x")`, f-strings, `"".join([...])`, `chr(101)`, slices with step
//! -1, `.replace`, `.lower`, `.decode`, `bytes.fromhex`, `bytes([...])`, base64, rot13, `codecs.decode`.

use std::rc::Rc;

use super::value::{HOLE, Kind, LONGEST_TEXT, Value, head};

/// A text of known and unknown parts; constant where every part is.
#[derive(Debug, Default)]
pub(super) struct Builder {
    text: String,
    holes: bool,
}

impl Builder {
    pub(super) fn literal(&mut self, text: &str) {
        if self.text.len() < LONGEST_TEXT {
            self.text.push_str(head(text));
        } else {
            self.holes = true;
        }
    }

    pub(super) fn value(&mut self, value: &Value) {
        match &value.kind {
            Kind::Text(text) => self.literal(text),
            Kind::Assembled(text) => {
                self.literal(text);
                self.holes = true;
            }
            Kind::Int(number) => self.literal(&number.to_string()),
            Kind::Number => self.number(),
            _ => {
                self.text.push(HOLE);
                self.holes = true;
            }
        }
    }

    /// A number that is not known: harmless wherever it stands.
    pub(super) fn number(&mut self) {
        self.literal("0");
        self.holes = true;
    }

    pub(super) fn finish(self) -> Kind {
        let text: Rc<str> = head(&self.text).into();
        if self.holes || self.text.len() > LONGEST_TEXT {
            Kind::Assembled(text)
        } else {
            Kind::Text(text)
        }
    }
}

/// `a + b`.
pub(super) fn add(a: &Value, b: &Value) -> Kind {
    match (&a.kind, &b.kind) {
        (Kind::Int(a), Kind::Int(b)) => Kind::Int(a.wrapping_add(*b)),
        (Kind::Int(_) | Kind::Number, Kind::Int(_) | Kind::Number) => Kind::Number,
        (Kind::Bytes(a), Kind::Bytes(b)) if a.len() + b.len() <= LONGEST_TEXT => {
            Kind::Bytes([&a[..], &b[..]].concat().into())
        }
        (Kind::Display(a), Kind::Display(b)) if a.len() + b.len() <= 64 => {
            Kind::Display(a.iter().chain(b.iter()).cloned().collect())
        }
        (Kind::Display(a), _) => Kind::Display(a.clone()),
        (Kind::Text(_) | Kind::Assembled(_), _) | (_, Kind::Text(_) | Kind::Assembled(_)) => {
            let mut builder = Builder::default();
            builder.value(a);
            builder.value(b);
            builder.finish()
        }
        _ => Kind::Unknown,
    }
}

/// `template % arguments`.
pub(super) fn percent(template: &str, arguments: &Value) -> Kind {
    let elements: Vec<&Value> = match &arguments.kind {
        Kind::Display(elements) => elements.iter().collect(),
        _ => vec![arguments],
    };
    let mut builder = Builder::default();
    let mut rest = template;
    let mut next = 0;
    while let Some(at) = rest.find('%') {
        builder.literal(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            builder.literal("%");
            rest = after;
            continue;
        }
        let named = rest.starts_with('(');
        let spec = rest
            .find(|c: char| c.is_ascii_alphabetic())
            .filter(|_| !named);
        let end = if named {
            rest.find(')').and_then(|close| {
                let letter = rest[close..].find(|c: char| c.is_ascii_alphabetic())?;
                Some(close + letter)
            })
        } else {
            spec
        };
        let Some(end) = end else { break };
        match elements.get(next) {
            Some(value) if !named && end == 0 && rest.starts_with(['s', 'r']) => {
                builder.value(value);
            }
            _ if rest[end..].starts_with(['d', 'i', 'f', 'x']) => builder.number(),
            _ => builder.value(&Value::default()),
        }
        next += 1;
        rest = &rest[end + 1..];
    }
    builder.literal(rest);
    builder.finish()
}

/// `template.format(...)`.
pub(super) fn format(template: &str, positional: &[Value], keywords: &[(&str, Value)]) -> Kind {
    let mut builder = Builder::default();
    let mut rest = template;
    let mut next = 0;
    while let Some(at) = rest.find(['{', '}']) {
        builder.literal(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            builder.literal(brace);
            rest = after;
            continue;
        }
        let Some(end) = rest.find('}').filter(|_| brace == "{") else {
            continue;
        };
        let field = &rest[..end];
        rest = &rest[end + 1..];
        let value = if field.is_empty() {
            next += 1;
            positional.get(next - 1)
        } else if let Ok(index) = field.parse::<usize>() {
            positional.get(index)
        } else {
            let found = keywords.iter().find(|(name, _)| *name == field);
            found.map(|(_, value)| value)
        };
        builder.value(value.unwrap_or(&Value::default()));
    }
    builder.literal(rest);
    builder.finish()
}

/// What a method of a constant text or constant bytes gives; `None` where it is not folded.
pub(super) fn method(receiver: &Value, name: &str, arguments: &[Value]) -> Option<Kind> {
    match &receiver.kind {
        Kind::Text(text) => text_method(text, name, arguments),
        Kind::Bytes(bytes) => match name {
            "decode" => Some(Kind::Text(String::from_utf8_lossy(bytes).into())),
            "hex" => Some(Kind::Text(hex(bytes).into())),
            _ => None,
        },
        _ => None,
    }
}

fn text_method(text: &Rc<str>, name: &str, arguments: &[Value]) -> Option<Kind> {
    let first = arguments.first();
    Some(match name {
        "lower" | "casefold" => Kind::Text(text.to_lowercase().into()),
        "upper" => Kind::Text(text.to_uppercase().into()),
        "strip" if first.is_none() => Kind::Text(text.trim().into()),
        "encode" => Kind::Bytes(text.as_bytes().into()),
        "decode" => Kind::Text(text.clone()),
        "replace" => {
            let (from, to) = (first?.as_text()?, arguments.get(1)?.as_text()?);
            if from.is_empty() || text.len() * (to.len() + 1) > LONGEST_TEXT * 8 {
                return None;
            }
            Kind::Text(head(&text.replace(from, to)).into())
        }
        "join" => joined(text, first?),
        "split" if text.len() < 1_000 => split(text, first)?,
        _ => return None,
    })
}

fn split(text: &str, separator: Option<&Value>) -> Option<Kind> {
    let parts: Vec<Value> = match separator {
        None => text.split_whitespace().map(Value::text).collect(),
        Some(value) => text
            .split(value.as_text().filter(|s| !s.is_empty())?)
            .map(Value::text)
            .collect(),
    };
    (parts.len() <= 64).then(|| Kind::Display(parts.into()))
}

fn joined(separator: &str, parts: &Value) -> Kind {
    let Kind::Display(elements) = &parts.kind else {
        return Kind::Assembled(format!("{HOLE}{}{HOLE}", head(separator)).into());
    };
    let mut builder = Builder::default();
    for (at, element) in elements.iter().enumerate() {
        if at > 0 {
            builder.literal(separator);
        }
        builder.value(element);
    }
    builder.finish()
}

/// What a call of a library function on constants gives.
pub(super) fn function(path: &str, arguments: &[Value]) -> Option<Kind> {
    let first = arguments.first()?;
    Some(match path {
        "chr" => match first.kind {
            Kind::Int(code) => Kind::Text(
                char::from_u32(u32::try_from(code).ok()?)?
                    .to_string()
                    .into(),
            ),
            _ => return None,
        },
        "str" => match &first.kind {
            Kind::Text(_) | Kind::Assembled(_) => first.kind.clone(),
            Kind::Int(number) => Kind::Text(number.to_string().into()),
            Kind::Bytes(bytes) => Kind::Text(String::from_utf8_lossy(bytes).into()),
            _ => return None,
        },
        "bytes" | "bytearray" => match &first.kind {
            Kind::Display(elements) => Kind::Bytes(octets(elements)?),
            Kind::Text(text) => Kind::Bytes(text.as_bytes().into()),
            Kind::Bytes(_) => first.kind.clone(),
            _ => return None,
        },
        "bytes.fromhex" | "bytearray.fromhex" | "binascii.unhexlify" | "binascii.a2b_hex" => {
            Kind::Bytes(unhex(&text_of(first)?)?)
        }
        "base64.b64decode"
        | "base64.urlsafe_b64decode"
        | "base64.standard_b64decode"
        | "base64.decodebytes"
        | "binascii.a2b_base64" => Kind::Bytes(unbase64(&text_of(first)?)?),
        "codecs.decode" => match arguments.get(1)?.as_text()? {
            "rot13" | "rot_13" => Kind::Text(rot13(first.as_text()?).into()),
            "hex" => Kind::Bytes(unhex(&text_of(first)?)?),
            "base64" => Kind::Bytes(unbase64(&text_of(first)?)?),
            _ => return None,
        },
        "list" | "tuple" | "iter" => match &first.kind {
            Kind::Display(_) => first.kind.clone(),
            _ => return None,
        },
        "reversed" => match &first.kind {
            Kind::Text(text) if text.len() <= 64 => Kind::Display(
                text.chars()
                    .rev()
                    .map(|c| Value::text(&c.to_string()))
                    .collect(),
            ),
            Kind::Display(elements) => Kind::Display(elements.iter().rev().cloned().collect()),
            _ => return None,
        },
        _ => return None,
    })
}

/// `text[::-1]`.
pub(super) fn reversed(text: &str) -> Kind {
    Kind::Text(text.chars().rev().collect::<String>().into())
}

fn text_of(value: &Value) -> Option<String> {
    match &value.kind {
        Kind::Text(text) => Some(text.to_string()),
        Kind::Bytes(bytes) => String::from_utf8(bytes.to_vec()).ok(),
        _ => None,
    }
}

fn octets(elements: &[Value]) -> Option<Rc<[u8]>> {
    let octet = |value: &Value| match value.kind {
        Kind::Int(number) => u8::try_from(number).ok(),
        _ => None,
    };
    elements.iter().map(octet).collect()
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

fn unhex(text: &str) -> Option<Rc<[u8]>> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).map(|digit| digit as u8))
        .collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]);
    Some(pairs.collect())
}

fn unbase64(text: &str) -> Option<Rc<[u8]>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0);
    for c in text.bytes() {
        let digit = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' | b'\n' | b'\r' | b' ' => continue,
            _ => return None,
        };
        bits = bits << 6 | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    Some(bytes.into())
}

fn rot13(text: &str) -> String {
    let turn = |c: char| match c {
        'a'..='z' => ((c as u8 - b'a' + 13) % 26 + b'a') as char,
        'A'..='Z' => ((c as u8 - b'A' + 13) % 26 + b'A') as char,
        other => other,
    };
    text.chars().map(turn).collect()
}
