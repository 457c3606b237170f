//! Work on several threads whose results are taken in order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// Calls `work` for `0..count` on `threads` threads, each with room of its own, and `take` with the results in order, on
/// the calling thread. So what `take` sums does not depend on the number of threads.
pub(crate) fn in_order<Room, T: Send>(
    count: usize,
    threads: usize,
    room: impl Fn() -> Room + Sync,
    work: impl Fn(usize, &mut Room) -> T + Sync,
    mut take: impl FnMut(usize, T),
) {
    if threads <= 1 || count <= 1 {
        let mut room = room();
        for index in 0..count {
            take(index, work(index, &mut room));
        }
        return;
    }
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..threads.min(count) {
            let (sender, next, room, work) = (sender.clone(), &next, &room, &work);
            scope.spawn(move || {
                let mut room = room();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count || sender.send((index, work(index, &mut room))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut due = 0;
        for (index, result) in receiver {
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&due) {
                take(due, result);
                due += 1;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_from_any_number_of_threads() {
        for threads in [0, 1, 2, 7] {
            let mut taken = Vec::new();
            let work = |index: usize, calls: &mut usize| {
                *calls += 1;
                index * index
            };
            in_order(
                50,
                threads,
                || 0,
                work,
                |index, square| taken.push((index, square)),
            );
            assert_eq!(
                taken,
                (0..50)
                    .map(|index| (index, index * index))
                    .collect::<Vec<_>>()
            );
        }
        in_order(
            0,
            3,
            || (),
            |_, ()| (),
            |_, ()| panic!("there is nothing to take"),
        );
    }
}
