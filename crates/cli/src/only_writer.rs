//! One writer to a run's files at a time.

use std::fs::File;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A process that was killed a moment ago may still have the lock: children that it had just forked, and that have
/// not begun their own program, hold it with it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Locks the file for as long as it is open; whether nobody else has it.
pub(crate) fn is_only_writer(file: &File) -> bool {
    let begun = Instant::now();
    loop {
        if file.try_lock().is_ok() {
            return true;
        }
        if begun.elapsed() > PATIENCE {
            return false;
        }
        sleep(Duration::from_millis(20));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn a_lock_that_is_let_go_is_taken_and_one_that_is_held_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let open = || File::create(folder.path().join("lock")).unwrap();
        let (first, second, third) = (open(), open(), open());
        assert!(is_only_writer(&first));
        let waiting = thread::spawn(move || is_only_writer(&second).then_some(second));
        sleep(Duration::from_millis(50));
        drop(first);
        let second = waiting.join().unwrap();
        assert!(second.is_some());
        assert!(!is_only_writer(&third));
    }
}
