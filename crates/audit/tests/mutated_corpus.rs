//! What the fuzzer kept, and its seeds with random edits: nothing panics, and every position lies in the text.
//!
//! What `fuzz/` does without end and guided by coverage, here for a fixed number of texts and with a fixed seed.

use std::fs;
use std::path::Path;

#[path = "../../../fuzz/checks/analyze.rs"]
mod check;

/// Texts examined; a few seconds of an unoptimised build.
const TEXTS: usize = 3_000;

#[test]
fn what_the_fuzzer_kept_is_survived() {
    let kept = texts("kept/analyze");
    assert!(kept.len() >= 100);
    let seen: Vec<_> = kept.iter().map(|bytes| check::any_bytes(bytes)).collect();
    assert!(seen.iter().any(|seen| seen.parses) && seen.iter().any(|seen| seen.findings > 0));
}

#[test]
fn edited_sources_are_survived() {
    let seeds = texts("seeds/analyze");
    assert!(seeds.len() >= 4);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut parsed = 0;
    let mut found = 0;
    for at in 0..TEXTS {
        let mut bytes = seeds[at % seeds.len()].clone();
        for _ in 0..=random.below(8) {
            edit(&mut bytes, &seeds, &mut random);
        }
        let seen = check::any_bytes(&bytes);
        parsed += usize::from(seen.parses);
        found += seen.findings;
    }
    // Edits that broke every text would test only how errors are handled.
    assert!(
        parsed > TEXTS / 100 && found > TEXTS,
        "{parsed} parsed, {found} found"
    );
}

#[test]
fn single_lines_with_edits_are_survived() {
    let seeds = texts("seeds/analyze");
    let lines: Vec<&[u8]> = seeds
        .iter()
        .flat_map(|seed| seed.split(|b| *b == b'\n'))
        .collect();
    let mut random = Random(7);
    for at in 0..TEXTS {
        let mut bytes = b"import django.utils.safestring, tarfile, flask\n".to_vec();
        bytes.extend_from_slice(lines[at % lines.len()]);
        edit(&mut bytes, &seeds, &mut random);
        check::any_bytes(&bytes);
    }
}

/// The files of a folder of the fuzzer, in order of their names.
fn texts(folder: &str) -> Vec<Vec<u8>> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let folder = fuzz.join(folder);
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

fn edit(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    const TOKENS: [&[u8]; 16] = [
        b"(",
        b")",
        b"[",
        b"'",
        b"\"\"\"",
        b"\n",
        b"    ",
        b":",
        b"f'{",
        b"# nosec\n",
        b"*",
        b"=",
        b"\\",
        b"\xff",
        b"\x00",
        b"\xe2\x80\xae",
    ];
    let at = random.below(bytes.len() + 1);
    let end = (at + random.below(12)).min(bytes.len());
    match random.below(5) {
        0 => drop(bytes.drain(at..end)),
        1 => {
            let token = TOKENS[random.below(TOKENS.len())];
            bytes.splice(at..at, token.iter().copied());
        }
        2 => {
            let copy = bytes[at..end].to_vec();
            let to = random.below(bytes.len() + 1);
            bytes.splice(to..to, copy);
        }
        3 => {
            let other = &seeds[random.below(seeds.len())];
            let from = random.below(other.len());
            let until = (from + random.below(80)).min(other.len());
            bytes.splice(at..end, other[from..until].iter().copied());
        }
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = random.below(256) as u8;
            }
        }
    }
}

/// Xorshift, so that every run sees the same texts.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}
