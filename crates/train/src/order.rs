//! In which order data is taken: a function of a seed and of the epoch, so that nothing needs to be remembered.

use scrl_kernels::philox;

/// A permutation of `0..count` (Fisher and Yates; Durstenfeld 1964), another one in each epoch.
pub fn permutation(count: usize, seed: u64, epoch: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        let [a, b, ..] = philox([last as u32, epoch as u32, (epoch >> 32) as u32, 1], seed);
        let word = u64::from(a) << 32 | u64::from(b);
        // The high half of the product: uniform but for one part in 2^32 or less.
        let other = (u128::from(word) * (last as u128 + 1)) >> 64;
        order.swap(last, other as usize);
    }
    order
}

/// A number of 64 random bits for a place in a run: the key of a step's dropout, the seed of an answer.
pub fn key(seed: u64, purpose: u32, step: u64) -> u64 {
    let [a, b, ..] = philox([step as u32, (step >> 32) as u32, purpose, 2], seed);
    u64::from(a) << 32 | u64::from(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_comes_once_in_each_epoch() {
        let (one, two) = (permutation(100, 7, 0), permutation(100, 7, 1));
        assert_ne!(one, two);
        assert_ne!(one, permutation(100, 8, 0));
        for mut order in [one, two] {
            order.sort_unstable();
            assert!(order.into_iter().eq(0..100));
        }
        assert!(permutation(0, 7, 0).is_empty());
    }

    #[test]
    fn each_comes_first_about_as_often() {
        let mut counts = [0; 4];
        for epoch in 0..4000 {
            counts[permutation(4, 1, epoch)[0]] += 1;
        }
        // Five standard deviations of 27.
        assert!(
            counts.iter().all(|count| (865..1135).contains(count)),
            "{counts:?}"
        );
    }
}
