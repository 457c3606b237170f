//! Results of earlier runs on disk, so that the same program on the same tests need not run again.
//!
//! A folder of 4,096 files ([`shard`]), the key's first bits saying which one: a look-up reads one of them, whatever
//! the cache's size, and nothing is held in memory. Several processes may use one folder. A result that cannot be
//! read is only not there; one that cannot be written is counted, and the run goes on.
//!
//! What is never stored: a fault, and a verdict that load may have decided ([`is_lasting`]).

pub(crate) mod key;
mod shard;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use scrl_record::{TestResult, Verdict};
use scrl_sandbox::{ClockKind, Limits};
use serde::Serialize;
use serde::de::DeserializeOwned;

use key::Key;

/// What a folder of results holds for other programs: backups leave such a folder out.
const TAG: &str =
    "Signature: 8a477f597d28d172789f06886806bc55\n# Results of scrl; safe to delete.\n";

/// As many as three hexadecimal digits name.
const SHARDS: u64 = 1 << 12;

/// Why a cache cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "the cache folder `{path}` cannot be used: {source}; name another one, or run without a cache"
)]
pub struct CacheError {
    /// The folder.
    pub path: PathBuf,
    /// The system's reason.
    pub source: io::Error,
}

/// What a cache was good for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheUse {
    /// Results that were there.
    pub hits: usize,
    /// Results that were not.
    pub misses: usize,
    /// Results that could not be stored or read for a reason other than that they were not there.
    pub failures: usize,
    /// The first such reason.
    pub reason: Option<String>,
}

/// A folder of results that one interpreter gave.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    interpreter: String,
    shard_bytes: u64,
    hits: AtomicUsize,
    misses: AtomicUsize,
    failures: AtomicUsize,
    reason: Mutex<Option<String>>,
}

impl Cache {
    /// Opens or makes `folder` for results of `interpreter` ([`Python::identity`](crate::Python::identity)). Its files
    /// hold at most `bytes` together; the oldest results make place for new ones.
    pub fn open(folder: &Path, bytes: u64, interpreter: String) -> Result<Self, CacheError> {
        let failed = |source| CacheError {
            path: folder.to_owned(),
            source,
        };
        fs::create_dir_all(folder).map_err(failed)?;
        // Tells now whether the folder can be written to.
        fs::write(folder.join("CACHEDIR.TAG"), TAG).map_err(failed)?;
        Ok(Self {
            folder: folder.to_owned(),
            interpreter,
            shard_bytes: bytes / SHARDS,
            hits: AtomicUsize::new(0),
            misses: AtomicUsize::new(0),
            failures: AtomicUsize::new(0),
            reason: Mutex::new(None),
        })
    }

    /// What it was good for so far.
    pub fn used(&self) -> CacheUse {
        let reason = self.reason.lock().ok();
        CacheUse {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
            reason: reason.and_then(|reason| reason.clone()),
        }
    }

    pub(crate) fn interpreter(&self) -> &str {
        &self.interpreter
    }

    pub(crate) fn get<T: DeserializeOwned>(&self, key: &Key) -> Option<T> {
        let found = shard::find(&self.shard(key), key).unwrap_or_else(|error| {
            self.failed(&error);
            None
        });
        let value = found.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let count = if value.is_some() {
            &self.hits
        } else {
            &self.misses
        };
        count.fetch_add(1, Ordering::Relaxed);
        value
    }

    pub(crate) fn put<T: Serialize>(&self, key: &Key, value: &T) {
        let bytes = serde_json::to_vec(value).map_err(io::Error::from);
        let stored =
            bytes.and_then(|bytes| shard::append(&self.shard(key), key, &bytes, self.shard_bytes));
        if let Err(error) = stored {
            self.failed(&error);
        }
    }

    fn shard(&self, key: &Key) -> PathBuf {
        let [first, second, ..] = *key.bytes();
        self.folder.join(format!("{first:02x}{:x}", second >> 4))
    }

    fn failed(&self, error: &io::Error) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        if let Ok(mut reason) = self.reason.lock() {
            reason.get_or_insert_with(|| error.to_string());
        }
    }
}

/// Whether the same program would end so again on a machine under another load. The wall-clock stop depends on load, and
/// CPU time does; the number of instructions does not.
pub(crate) fn is_lasting(result: &TestResult, limits: &Limits, clock: ClockKind) -> bool {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    let by_instructions = clock == ClockKind::Instructions
        && result.wall_ms < milliseconds(limits.wall)
        && result.cpu_ms < milliseconds(clock.cpu_stop(limits.cpu));
    result.verdict != Verdict::TimeLimit || by_instructions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(verdict: Verdict, cpu_ms: f64, wall_ms: f64) -> TestResult {
        TestResult {
            verdict,
            detail: None,
            cpu_ms,
            wall_ms,
            peak_mib: 8.0,
        }
    }

    #[test]
    fn time_outs_last_only_when_instructions_decided() {
        let limits = Limits::default();
        let lasts = |result: &TestResult, clock| is_lasting(result, &limits, clock);
        let looping = result(Verdict::TimeLimit, 4_700.0, 4_800.0);
        assert!(lasts(&looping, ClockKind::Instructions));
        assert!(!lasts(&looping, ClockKind::CpuTime));
        let sleeping = result(Verdict::TimeLimit, 20.0, 55_000.1);
        assert!(!lasts(&sleeping, ClockKind::Instructions));
        let waiting_for_memory = result(Verdict::TimeLimit, 20_000.3, 20_100.0);
        assert!(!lasts(&waiting_for_memory, ClockKind::Instructions));
        let slow = result(Verdict::Accepted, 4_900.0, 54_000.0);
        assert!(lasts(&slow, ClockKind::CpuTime));
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Cache::open(&file.join("cache"), 1 << 30, String::new()).unwrap_err();
        assert!(error.to_string().contains("file/cache"), "{error}");
    }

    #[test]
    fn a_value_that_is_no_result_is_a_miss() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path(), 1 << 30, String::new()).unwrap();
        let key = key::Hash::default().key();
        cache.put(&key, &"a text");
        assert_eq!(cache.get::<u32>(&key), None);
        assert_eq!(cache.get::<String>(&key).as_deref(), Some("a text"));
        let used = cache.used();
        assert_eq!((used.hits, used.misses, used.failures), (1, 1, 0));
    }
}
