//! Instances of the curriculum that belong to one split, in their order.

use std::thread;

use anyhow::bail;
use scrl_curriculum::{Curriculum, Instance, Split};

/// Instances that one thread draws at a time.
const BLOCK: u64 = 256;

/// The first `count` instances of a split, each as what `keep` makes of it. The number of threads changes nothing.
pub(crate) fn of_split<T: Send>(
    curriculum: &Curriculum,
    split: Split,
    count: usize,
    threads: usize,
    keep: impl Fn(&Instance) -> T + Sync,
) -> anyhow::Result<Vec<T>> {
    if count > 0 && !curriculum.offers(split) {
        bail!(
            "none of these families is in the split `{}` under this seed",
            split.as_str()
        );
    }
    let threads = threads.max(1) as u64;
    let mut kept = Vec::with_capacity(count);
    let mut next = 0;
    while kept.len() < count {
        kept.extend(round(curriculum, split, next, threads, &keep));
        next += threads * BLOCK;
    }
    kept.truncate(count);
    Ok(kept)
}

/// What is wanted of the next blocks, one for each thread.
fn round<T: Send>(
    curriculum: &Curriculum,
    split: Split,
    first: u64,
    threads: u64,
    keep: &(impl Fn(&Instance) -> T + Sync),
) -> Vec<T> {
    let block = |start: u64| -> Vec<T> {
        (start..start + BLOCK)
            .map(|index| curriculum.instance(index))
            .filter(|instance| instance.split == split)
            .map(|instance| keep(&instance))
            .collect()
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|number| scope.spawn(move || block(first + number * BLOCK)))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("drawing does not panic"))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(split: Split, threads: usize) -> Vec<String> {
        let curriculum = Curriculum::new(3, &[]).unwrap();
        let id = |instance: &Instance| instance.problem.id.to_string();
        of_split(&curriculum, split, 300, threads, id).unwrap()
    }

    #[test]
    fn threads_change_nothing_and_splits_are_apart() {
        let train = ids(Split::Train, 1);
        assert_eq!(train, ids(Split::Train, 3));
        let held_out = ids(Split::HeldOutInstances, 2);
        assert_eq!((train.len(), held_out.len()), (300, 300));
        assert!(held_out.iter().all(|id| !train.contains(id)));
    }
}
