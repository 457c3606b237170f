//! Texts that are nearly the same, found without comparing each with each.
//!
//! A text is the set of its rows of five words. The share that two sets have in common (Jaccard) is estimated by how many of 128 minima of
//! hashes are equal (Broder 1997); texts that agree in one of 32 bands of four minima are compared (Indyk and Motwani 1998).

use std::collections::{BTreeSet, HashMap};

const MINIMA: usize = 128;
const BAND: usize = 4;
const ROW: usize = 5;

type Signature = [u64; MINIMA];

/// Texts, by what they have in common.
#[derive(Debug)]
pub(super) struct Near {
    threshold: f64,
    signatures: Vec<Signature>,
    bands: HashMap<(usize, [u64; BAND]), Vec<usize>>,
}

impl Near {
    /// None yet; texts are near whose common share is at least `threshold`.
    pub(super) fn new(threshold: f64) -> Self {
        Self {
            threshold,
            signatures: Vec::new(),
            bands: HashMap::new(),
        }
    }

    /// The numbers of the texts that are near this one, in order.
    pub(super) fn find(&self, text: &str) -> Vec<usize> {
        self.find_signature(&signature(text))
    }

    /// Adds a text, under the next number from 0, and finds those that are near it.
    pub(super) fn insert(&mut self, text: &str) -> Vec<usize> {
        let signature = signature(text);
        let found = self.find_signature(&signature);
        for key in bands(&signature) {
            self.bands
                .entry(key)
                .or_default()
                .push(self.signatures.len());
        }
        self.signatures.push(signature);
        found
    }

    fn find_signature(&self, signature: &Signature) -> Vec<usize> {
        let candidates: BTreeSet<usize> = bands(signature)
            .filter_map(|key| self.bands.get(&key))
            .flatten()
            .copied()
            .collect();
        let is_near = |other: &usize| {
            let pairs = signature.iter().zip(&self.signatures[*other]);
            let equal = pairs.filter(|(a, b)| a == b).count();
            equal as f64 >= self.threshold * MINIMA as f64
        };
        candidates.into_iter().filter(is_near).collect()
    }
}

fn bands(signature: &Signature) -> impl Iterator<Item = (usize, [u64; BAND])> {
    signature.as_chunks::<BAND>().0.iter().copied().enumerate()
}

fn signature(text: &str) -> Signature {
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut minima = [u64::MAX; MINIMA];
    // A shorter text is one row.
    for row in words.windows(ROW.min(words.len().max(1))) {
        let hash = hash(row);
        for (seed, minimum) in (1..).zip(&mut minima) {
            *minimum = (*minimum).min(mixed(hash ^ mixed(seed)));
        }
    }
    minima
}

/// FNV-1a, with a byte between words that is in none.
fn hash(words: &[&str]) -> u64 {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The last step of `SplitMix64` (Steele, Lea and Flood 2014).
pub(super) fn mixed(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: std::ops::Range<u32>) -> String {
        let words: Vec<String> = words.map(|word| format!("w{word}")).collect();
        words.join(" ")
    }

    #[test]
    fn what_is_near_is_found_and_what_is_not_is_not() {
        let mut near = Near::new(0.8);
        assert!(near.insert(&text(0..200)).is_empty());
        // 186 of 206 rows in common, and 96 of 296.
        assert_eq!(near.insert(&text(10..210)), [0]);
        assert!(near.find(&text(100..300)).is_empty());
        assert!(near.find("").is_empty());
    }

    #[test]
    fn the_share_is_estimated() {
        let equal = |a: &str, b: &str| {
            let (a, b) = (signature(a), signature(b));
            a.iter().zip(&b).filter(|(a, b)| a == b).count() as f64 / MINIMA as f64
        };
        // 146 of 246 rows in common; five deviations of the estimate are 0.22.
        let got = equal(&text(0..200), &text(50..250));
        assert!((got - 146.0 / 246.0).abs() < 0.22, "{got}");
        assert_eq!(equal("a b", "a b").to_bits(), 1.0f64.to_bits());
        assert_eq!(equal("a b", "a c").to_bits(), 0.0f64.to_bits());
    }
}
