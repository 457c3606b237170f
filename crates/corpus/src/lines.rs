//! Splits JSON Lines into lines, holding one at a time; blank lines are passed over.

use std::io::{self, BufRead, Read};

use crate::array::{MAX_RECORD, Split, too_large};

/// The non-blank lines of `reader`.
pub(crate) struct Lines<R> {
    reader: R,
    number: u64,
    done: bool,
}

impl<R: BufRead> Lines<R> {
    /// `before`: lines that were consumed already.
    pub(crate) fn new(reader: R, before: u64) -> Self {
        Self {
            reader,
            number: before,
            done: false,
        }
    }

    fn read_line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        let limit = MAX_RECORD as u64 + 1;
        self.reader
            .by_ref()
            .take(limit)
            .read_until(b'\n', &mut line)?;
        Ok(line)
    }

    fn advance(&mut self) -> Result<Option<(u64, Vec<u8>)>, Split> {
        loop {
            let line = self.read_line().map_err(Split::Io)?;
            if line.is_empty() {
                return Ok(None);
            }
            if line.len() > MAX_RECORD {
                return Err(Split::Broken(too_large()));
            }
            self.number += 1;
            if !line.trim_ascii().is_empty() {
                return Ok(Some((self.number, line)));
            }
        }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    /// The line's number, from 1, and its bytes.
    type Item = Result<(u64, Vec<u8>), Split>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.advance().transpose();
        self.done = !matches!(next, Some(Ok(_)));
        next
    }
}
