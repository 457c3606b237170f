//! Byte offsets to line numbers, with CPython's idea of a line end: `\n`, `\r\n` or a lone `\r`.

/// Where each line of a source starts.
#[derive(Debug)]
pub(crate) struct Lines {
    /// Byte offset of the first character of each line; never empty.
    starts: Vec<u32>,
}

impl Lines {
    pub(crate) fn new(source: &str) -> Lines {
        let bytes = source.as_bytes();
        // A byte order mark belongs to no column.
        let first = if source.starts_with('\u{feff}') { 3 } else { 0 };
        let mut starts = vec![first];
        for (at, &byte) in bytes.iter().enumerate() {
            // Most bytes are letters: one comparison for them.
            if byte > b'\r' {
                continue;
            }
            let ends = byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if ends {
                starts.push(at as u32 + 1);
            }
        }
        Lines { starts }
    }

    /// Line of a byte offset, from 1.
    pub(crate) fn line(&self, offset: impl Into<u32>) -> u32 {
        let offset = offset.into();
        self.starts.partition_point(|&start| start <= offset).max(1) as u32
    }

    /// Column of a byte offset in UTF-8 bytes from 0, as CPython and Bandit count.
    pub(crate) fn column(&self, offset: impl Into<u32>) -> u32 {
        let offset = offset.into();
        offset.saturating_sub(self.starts[self.line(offset) as usize - 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_counts_once() {
        let lines = Lines::new("a\nb\r\nc\rd");
        assert_eq!([0u32, 2, 5, 7].map(|at| lines.line(at)), [1, 2, 3, 4]);
        assert_eq!(lines.column(7u32), 0);
    }

    #[test]
    fn columns_count_bytes_and_skip_the_byte_order_mark() {
        assert_eq!(Lines::new("\u{feff}ab").column(4u32), 1);
        assert_eq!(Lines::new("é = x").column(5u32), 5);
    }
}
