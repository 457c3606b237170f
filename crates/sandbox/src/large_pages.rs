//! Which memory of a zygote is worth large pages.
//!
//! A fork copies an entry for each page that its parent has written to, and frees it at its end: for a zygote with two
//! thousand of them that took as long as a small program runs. Of large pages the kernel does hundreds at once.

use std::fs;

use libc::pid_t;

/// Smaller ones are not worth their place in a huge page.
const LEAST: usize = 128 << 10;

/// More than this is not copied, and so many ranges fit into a message.
const MOST: usize = 64 << 20;
const MOST_RANGES: usize = 256;

/// Tells zygote `pid` which memory to put on large pages; nothing where that cannot be seen or there is none.
pub(crate) fn message(pid: pid_t) -> Option<Vec<u8>> {
    // Without it children are slower, and that is all.
    let mappings = fs::read_to_string(format!("/proc/{pid}/smaps")).ok()?;
    let ranges = ranges(&mappings);
    if ranges.is_empty() {
        return None;
    }
    let words = ranges.into_iter().flatten();
    Some(
        [b'G']
            .into_iter()
            .chain(words.flat_map(usize::to_ne_bytes))
            .collect(),
    )
}

/// Private memory that can be written and is mostly in use, but for the stack: starts and ends.
fn ranges(mappings: &str) -> Vec<[usize; 2]> {
    let mut ranges: Vec<[usize; 2]> = Vec::new();
    let mut current = None;
    for line in mappings.lines() {
        if let Some(mapping) = Mapping::read(line) {
            current = mapping.is_writable.then_some(mapping.range);
        } else if let (Some([start, end]), Some(resident)) = (current, resident(line)) {
            if 2 * resident < end - start {
                continue;
            }
            match ranges.last_mut() {
                Some(last) if last[1] == start => last[1] = end,
                _ => ranges.push([start, end]),
            }
        }
    }
    ranges.retain(|[start, end]| end - start >= LEAST);
    ranges.truncate(MOST_RANGES);
    let mut left = MOST;
    ranges.retain(|[start, end]| {
        let fits = end - start <= left;
        if fits {
            left -= end - start;
        }
        fits
    });
    ranges
}

struct Mapping {
    range: [usize; 2],
    /// Whether it is private, can be written, and is not the stack.
    is_writable: bool,
}

impl Mapping {
    /// Of the line that begins one.
    fn read(line: &str) -> Option<Self> {
        let (range, rest) = line.split_once(' ')?;
        let (start, end) = range.split_once('-')?;
        let number = |text| usize::from_str_radix(text, 16).ok();
        Some(Self {
            range: [number(start)?, number(end)?],
            is_writable: rest.starts_with("rw-p ") && !rest.ends_with("[stack]"),
        })
    }
}

/// Of a line that says how many bytes of a mapping are in memory: those.
fn resident(line: &str) -> Option<usize> {
    let kib = line.strip_prefix("Rss:")?.strip_suffix("kB")?;
    kib.trim().parse().ok().map(|kib: usize| kib << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the kernel prints it, but for the lines that nobody reads.
    fn mappings(each: &[(&str, usize)]) -> String {
        let text = |(line, kib): &(&str, usize)| {
            format!("{line}\nSize: 4 kB\nRss:   {kib} kB\nVmFlags: rd wr\n")
        };
        each.iter().map(text).collect()
    }

    #[test]
    fn neighbours_are_one_range_and_what_is_hardly_used_is_none() {
        let text = mappings(&[
            ("00400000-00600000 r-xp 00000000 00:00 0", 2048),
            (
                "00946000-00a85000 rw-p 00545000 fe:00 247706  /usr/bin/python3.11",
                1276,
            ),
            ("00a85000-00dc3000 rw-p 00000000 00:00 0       [heap]", 2884),
            ("7f0000000000-7f0008000000 rw-p 00000000 00:00 0", 64),
            ("7f0010000000-7f0010100000 rw-s 00000000 00:00 0", 1024),
            ("7f0020000000-7f0020010000 rw-p 00000000 00:00 0", 64),
            ("7f0030000000-7f0030100000 rw-p 00000000 00:00 0 ", 1008),
            (
                "7ffffffde000-7fffffffe000 rw-p 00000000 00:00 0 [stack]",
                128,
            ),
        ]);
        assert_eq!(
            ranges(&text),
            [
                [0x0094_6000, 0x00dc_3000],
                [0x7f00_3000_0000, 0x7f00_3010_0000]
            ]
        );
    }

    #[test]
    fn no_more_is_taken_than_fits() {
        let text = mappings(&[
            ("10000000-13000000 rw-p 00000000 00:00 0", 48 << 10),
            ("20000000-23000000 rw-p 00000000 00:00 0", 48 << 10),
            ("30000000-30100000 rw-p 00000000 00:00 0", 1 << 10),
        ]);
        assert_eq!(
            ranges(&text),
            [[0x1000_0000, 0x1300_0000], [0x3000_0000, 0x3010_0000]]
        );
        assert_eq!(ranges(""), [[0usize; 2]; 0]);
    }

    #[test]
    fn our_own_memory_has_some() {
        let used = vec![1u8; 1 << 20];
        let message = message(std::process::id() as pid_t).expect("a mebibyte in use");
        assert_eq!((message[0], message.len() % 16), (b'G', 1));
        drop(used);
    }
}
