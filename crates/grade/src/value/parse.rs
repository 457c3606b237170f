//! The parser behind [`Value`]: an explicit stack instead of recursion, one pass over the bytes.

use super::{BigInt, MAX_DEPTH, Text, Value, ValueError, tag};

/// Whether `__scrl__` objects are decoded or are dicts like any other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tags {
    Plain,
    Decoded,
}

/// A list or object whose end has not been seen.
enum Open {
    List(Vec<Value>),
    Map(Vec<(Text, Value)>, Text),
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    tags: Tags,
}

pub(super) fn parse(json: &[u8], tags: Tags) -> Result<Value, ValueError> {
    if let Err(error) = std::str::from_utf8(json) {
        let at = error.valid_up_to();
        return Err(ValueError::NotUtf8 { at });
    }
    let mut parser = Parser {
        bytes: json,
        at: 0,
        tags,
    };
    let value = parser.document()?;
    parser.skip_space();
    if parser.at == json.len() {
        Ok(value)
    } else {
        Err(parser.expected("the end"))
    }
}

impl Parser<'_> {
    fn document(&mut self) -> Result<Value, ValueError> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            let Some(mut value) = self.begin(&mut open)? else {
                continue;
            };
            loop {
                let Some(top) = open.last_mut() else {
                    return Ok(value);
                };
                if self.attach(top, value)? {
                    break;
                }
                let closed = open.pop().expect("the list or object just looked at");
                value = self.close(closed)?;
            }
        }
    }

    /// Reads a scalar or an empty list or object whole; of any other only the start, onto the stack.
    fn begin(&mut self, open: &mut Vec<Open>) -> Result<Option<Value>, ValueError> {
        self.skip_space();
        let Some(opener @ (b'[' | b'{')) = self.peek() else {
            return self.scalar().map(Some);
        };
        if open.len() == MAX_DEPTH {
            return Err(ValueError::TooDeep { at: self.at });
        }
        self.at += 1;
        self.skip_space();
        if opener == b'[' {
            if self.eat(b']') {
                return Ok(Some(Value::List(Vec::new())));
            }
            open.push(Open::List(Vec::new()));
        } else {
            if self.eat(b'}') {
                return Ok(Some(Value::Map(Vec::new())));
            }
            open.push(Open::Map(Vec::new(), self.key()?));
        }
        Ok(None)
    }

    /// Adds `value` to the innermost open list or object; true when another value follows in it.
    fn attach(&mut self, top: &mut Open, value: Value) -> Result<bool, ValueError> {
        self.skip_space();
        match top {
            Open::List(items) => {
                items.push(value);
                if self.eat(b',') {
                    return Ok(true);
                }
                self.require(b']', "`,` or `]`")?;
            }
            Open::Map(entries, key) => {
                let key_of_value = std::mem::replace(key, Text(Vec::new()));
                entries.push((key_of_value, value));
                if self.eat(b',') {
                    self.skip_space();
                    *key = self.key()?;
                    return Ok(true);
                }
                self.require(b'}', "`,` or `}`")?;
            }
        }
        Ok(false)
    }

    fn close(&self, open: Open) -> Result<Value, ValueError> {
        match open {
            Open::List(items) => Ok(Value::List(items)),
            Open::Map(entries, _) => match <[_; 1]>::try_from(entries) {
                Ok([(key, payload)]) if self.tags == Tags::Decoded && key.0 == tag::KEY => {
                    tag::decode(payload).ok_or(ValueError::BadTag { at: self.at })
                }
                Ok(entry) => Ok(Value::Map(entry.into())),
                Err(entries) => Ok(Value::Map(sorted(entries))),
            },
        }
    }

    fn key(&mut self) -> Result<Text, ValueError> {
        let key = self.string()?;
        self.skip_space();
        self.require(b':', "`:`")?;
        Ok(key)
    }

    fn scalar(&mut self) -> Result<Value, ValueError> {
        for (word, value) in [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::Float(f64::NAN)),
            ("Infinity", Value::Float(f64::INFINITY)),
            ("-Infinity", Value::Float(f64::NEG_INFINITY)),
        ] {
            if self.bytes[self.at..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(value);
            }
        }
        match self.peek() {
            Some(b'"') => self.string().map(Value::Str),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.expected("a value")),
        }
    }

    fn number(&mut self) -> Result<Value, ValueError> {
        let start = self.at;
        self.eat(b'-');
        let digits_start = self.at;
        self.digits()?;
        if self.bytes[digits_start] == b'0' && self.at > digits_start + 1 {
            self.at = digits_start;
            return Err(self.expected("a number without leading zeros"));
        }
        let mut is_float = false;
        if self.eat(b'.') {
            is_float = true;
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            is_float = true;
            if !self.eat(b'+') {
                self.eat(b'-');
            }
            self.digits()?;
        }
        let text = std::str::from_utf8(&self.bytes[start..self.at]).expect("numbers are ASCII");
        Ok(if is_float {
            Value::Float(text.parse().expect("JSON numbers are Rust floats"))
        } else {
            integer(text)
        })
    }

    fn digits(&mut self) -> Result<(), ValueError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.expected("a digit"));
        }
        Ok(())
    }

    fn string(&mut self) -> Result<Text, ValueError> {
        self.require(b'"', "a string")?;
        let mut text = Vec::new();
        loop {
            let rest = &self.bytes[self.at..];
            let plain = rest
                .iter()
                .position(|&byte| byte == b'"' || byte == b'\\' || byte < b' ')
                .unwrap_or(rest.len());
            text.extend_from_slice(&rest[..plain]);
            self.at += plain;
            if self.eat(b'"') {
                return Ok(Text(text));
            }
            self.require(
                b'\\',
                "a closing quote before a control character or the end",
            )?;
            self.escape(&mut text)?;
        }
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Result<(), ValueError> {
        let plain = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                self.at += 1;
                let code = self.code_point()?;
                push_wtf8(text, code);
                return Ok(());
            }
            _ => return Err(self.expected("an escape")),
        };
        self.at += 1;
        text.push(plain);
        Ok(())
    }

    /// The code point after `\u`; two escapes that form a surrogate pair are one.
    fn code_point(&mut self) -> Result<u32, ValueError> {
        let high = self.hex4()?;
        if (0xd800..0xdc00).contains(&high) && self.bytes[self.at..].starts_with(b"\\u") {
            let before_low = self.at;
            self.at += 2;
            let low = self.hex4()?;
            if (0xdc00..0xe000).contains(&low) {
                return Ok(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00));
            }
            self.at = before_low;
        }
        Ok(high)
    }

    fn hex4(&mut self) -> Result<u32, ValueError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self
                .peek()
                .and_then(|byte| char::from(byte).to_digit(16))
                .ok_or_else(|| self.expected("four hexadecimal digits"))?;
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn require(&mut self, byte: u8, expected: &'static str) -> Result<(), ValueError> {
        if self.eat(byte) {
            Ok(())
        } else {
            Err(self.expected(expected))
        }
    }

    fn expected(&self, expected: &'static str) -> ValueError {
        ValueError::Syntax {
            at: self.at,
            expected,
        }
    }
}

/// Sorts by key; of equal keys the last written wins, as in Python.
pub(super) fn sorted(mut entries: Vec<(Text, Value)>) -> Vec<(Text, Value)> {
    let in_order = entries.windows(2).all(|pair| pair[0].0 < pair[1].0);
    if !in_order {
        entries.reverse();
        entries.sort_by(|one, other| one.0.cmp(&other.0));
        entries.dedup_by(|later, kept| later.0 == kept.0);
    }
    entries
}

fn integer(text: &str) -> Value {
    match text.parse() {
        Ok(small) => Value::Int(small),
        Err(_) => Value::BigInt(BigInt(text.into())),
    }
}

/// Appends a code point that is possibly a lone surrogate.
fn push_wtf8(text: &mut Vec<u8>, code: u32) {
    if let Some(character) = char::from_u32(code) {
        text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    } else {
        text.push(0xe0 | (code >> 12) as u8);
        text.push(0x80 | ((code >> 6) & 0x3f) as u8);
        text.push(0x80 | (code & 0x3f) as u8);
    }
}

#[cfg(test)]
mod tests;
