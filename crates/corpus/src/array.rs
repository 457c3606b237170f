//! Splits one top-level JSON array into the bytes of its elements, holding one element at a time.
//!
//! Only brackets, strings and commas are looked at; whether an element is JSON is for its reader to say. So an
//! element with a wrong type costs that element alone, and 71 MB need no more memory than their largest record.

use std::io::{self, BufRead};

/// Larger records are refused: a hostile file could otherwise fill the memory with one string.
pub(crate) const MAX_RECORD: usize = 256 << 20;

/// Why the next element cannot be had. All of them end the reading.
#[derive(Debug)]
pub(crate) enum Split {
    /// The stream breaks.
    Io(io::Error),
    /// The file ends before the array does.
    Truncated,
    /// Commas or brackets are out of place.
    Broken(String),
}

/// The elements of the array that `reader` begins with.
pub(crate) struct Elements<R> {
    reader: R,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the opening bracket, which the caller has seen.
    Start,
    /// Behind a comma: an element must follow.
    Comma,
    /// Behind an element, which ends at nothing but a comma or the closing bracket.
    Delimiter,
    Done,
}

impl<R: BufRead> Elements<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            state: State::Start,
        }
    }

    fn advance(&mut self) -> Result<Option<Vec<u8>>, Split> {
        if self.state == State::Start {
            self.token()?;
            self.reader.consume(1);
        }
        let head = self.token()?.ok_or(Split::Truncated)?;
        let closes = head == b']' && self.state != State::Comma;
        if closes || self.state == State::Delimiter {
            self.reader.consume(1);
        }
        if closes {
            return self.finish().map(|()| None);
        }
        self.state = State::Comma;
        let element = self.element()?;
        self.state = State::Delimiter;
        Ok(Some(element))
    }

    fn finish(&mut self) -> Result<(), Split> {
        self.state = State::Done;
        match self.token()? {
            None => Ok(()),
            Some(byte) => Err(Split::Broken(format!(
                "`{}` after the end of the array",
                byte.escape_ascii()
            ))),
        }
    }

    /// The next byte that is not white space, not consumed; `None` at the end of the file.
    fn token(&mut self) -> Result<Option<u8>, Split> {
        loop {
            let buffer = self.reader.fill_buf().map_err(Split::Io)?;
            if buffer.is_empty() {
                return Ok(None);
            }
            if let Some(at) = buffer.iter().position(|byte| !byte.is_ascii_whitespace()) {
                let byte = buffer[at];
                self.reader.consume(at);
                return Ok(Some(byte));
            }
            let spaces = buffer.len();
            self.reader.consume(spaces);
        }
    }

    fn element(&mut self) -> Result<Vec<u8>, Split> {
        let mut element = Vec::new();
        let mut scan = Scan::default();
        loop {
            let buffer = self.reader.fill_buf().map_err(Split::Io)?;
            if buffer.is_empty() {
                return Err(Split::Truncated);
            }
            let end = buffer.iter().position(|&byte| scan.ends_before(byte));
            let taken = end.unwrap_or(buffer.len());
            element.extend_from_slice(&buffer[..taken]);
            self.reader.consume(taken);
            if element.len() > MAX_RECORD {
                return Err(Split::Broken(too_large()));
            }
            if end.is_some() {
                return Ok(element);
            }
        }
    }
}

pub(crate) fn too_large() -> String {
    format!("the record is larger than {} MiB", MAX_RECORD >> 20)
}

impl<R: BufRead> Iterator for Elements<R> {
    type Item = Result<Vec<u8>, Split>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::Done {
            return None;
        }
        let next = self.advance().transpose();
        if !matches!(next, Some(Ok(_))) {
            self.state = State::Done;
        }
        next
    }
}

/// Where the scan stands within one element.
#[derive(Default)]
struct Scan {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Scan {
    fn ends_before(&mut self, byte: u8) -> bool {
        if self.escaped {
            self.escaped = false;
        } else if self.in_string {
            match byte {
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
        } else {
            match byte {
                b'"' => self.in_string = true,
                b'[' | b'{' => self.depth += 1,
                b',' | b']' | b'}' if self.depth == 0 => return byte != b'}',
                b']' | b'}' => self.depth -= 1,
                _ => {}
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use proptest::prelude::*;

    use super::*;

    fn split(text: &[u8], capacity: usize) -> Vec<Result<String, String>> {
        Elements::new(BufReader::with_capacity(capacity, text))
            .map(|element| match element {
                Ok(bytes) => Ok(String::from_utf8(bytes).unwrap().trim().to_owned()),
                Err(error) => Err(format!("{error:?}")),
            })
            .collect()
    }

    #[test]
    fn truncation_and_misplaced_marks_are_told_apart() {
        assert_eq!(split(b"[]", 8), []);
        assert_eq!(split(b" [ ] \n", 2), []);
        assert_eq!(split(b"[", 8), [Err("Truncated".to_owned())]);
        assert_eq!(split(b"[{\"a\": [1,", 4), [Err("Truncated".to_owned())]);
        assert_eq!(
            split(b"[1, 2", 4),
            [Ok("1".to_owned()), Err("Truncated".to_owned())]
        );
        let trailing = split(b"[1] 2", 4);
        assert_eq!(trailing[0], Ok("1".to_owned()));
        assert!(trailing[1].as_ref().unwrap_err().contains("after the end"));
        // An empty element is handed on: the JSON parser names it.
        assert_eq!(split(b"[1,]", 8), [Ok("1".to_owned()), Ok(String::new())]);
    }

    proptest! {
        #[test]
        fn elements_come_back_whatever_the_buffer(
            texts in prop::collection::vec("[\\[\\]{},\"\\\\a-c ]{0,12}", 0..6),
            capacity in 1_usize..20,
        ) {
            let elements: Vec<String> = texts
                .iter()
                .map(|text| serde_json::json!({"k": [text, {"n": text}]}).to_string())
                .collect();
            let array = format!("[{}]", elements.join(" ,\n"));
            let back: Result<Vec<String>, String> = split(array.as_bytes(), capacity).into_iter().collect();
            prop_assert_eq!(back.unwrap(), elements);
        }
    }
}
