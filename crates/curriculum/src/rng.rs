//! Random numbers from a seed: `SplitMix64` (Steele, Lea and Flood 2014, *Fast splittable pseudorandom number generators*).
//!
//! Every instance has a generator of its own, keyed by seed, family and number, so it is the same whoever draws it, in
//! which order, and whichever other families there are.

/// The step between states, the golden ratio in 64 bits.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of random choices.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The stream of one key.
    pub fn of(seed: u64, name: &str, number: u64) -> Self {
        let mut state = mix(seed.wrapping_add(STEP));
        for byte in name.bytes() {
            state = mix(state ^ u64::from(byte)).wrapping_add(STEP);
        }
        Self(mix(state ^ mix(number.wrapping_add(STEP))))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// An index below `count`, which is not 0.
    pub fn below(&mut self, count: usize) -> usize {
        // The high half of the product is uniform up to one in 2^64 / count.
        ((u128::from(self.bits()) * count as u128) >> 64) as usize
    }

    /// A number of `low..=high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as usize) as i64
    }

    /// True in `percent` of 100 cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `items`.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// `items` in random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }

    /// Between `least` and `most` numbers of `low..=high`.
    pub fn ints(&mut self, least: usize, most: usize, low: i64, high: i64) -> Vec<i64> {
        let length = least + self.below(most - least + 1);
        (0..length).map(|_| self.between(low, high)).collect()
    }

    /// Text of `least` to `most` characters of `alphabet`.
    pub fn text(&mut self, least: usize, most: usize, alphabet: &str) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        let length = least + self.below(most - least + 1);
        (0..length).map(|_| *self.pick(&letters)).collect()
    }
}

fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs for the state 1234567, as published with the reference implementation.
    #[test]
    fn gives_the_known_answers() {
        let mut rng = Rng(1_234_567);
        let known = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!([rng.bits(), rng.bits(), rng.bits()], known);
    }

    #[test]
    fn streams_differ_by_each_part_of_their_key() {
        let first = |seed, name, number| Rng::of(seed, name, number).bits();
        let all = [
            first(1, "a", 1),
            first(2, "a", 1),
            first(1, "b", 1),
            first(1, "a", 2),
            first(1, "aa", 1),
        ];
        for (index, bits) in all.iter().enumerate() {
            assert!(!all[..index].contains(bits));
        }
    }

    #[test]
    fn every_number_between_is_drawn_and_no_other() {
        let mut rng = Rng::of(1, "between", 0);
        let mut seen = [false; 5];
        for _ in 0..200 {
            seen[(rng.between(-2, 2) + 2) as usize] = true;
        }
        assert_eq!(seen, [true; 5]);
    }
}
