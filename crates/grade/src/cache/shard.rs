//! One file of the cache: records one after another, oldest first.
//!
//! A record is its magic number, the length of its value (32 bits, little-endian), its key, its value, and the first
//! eight bytes of SHA-256 over all of those. Writers take the file's lock; readers take none: what they catch half
//! written does not verify and is not there for them. So is whatever a killed writer, a full disk or a failing disk
//! left behind, and the next writer cuts it off.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::key::Key;

const MAGIC: &[u8; 4] = b"SCR1";
/// Magic, length, key.
const HEAD: usize = MAGIC.len() + 4 + Key::BYTES;
const CHECKSUM: usize = 8;

/// The value that the shard at `path` has for `key`, if any that is whole.
pub(super) fn find(path: &Path, key: &Key) -> io::Result<Option<Vec<u8>>> {
    let bytes = match std::fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read?,
    };
    Ok(value(&bytes, key).map(<[u8]>::to_vec))
}

/// Appends a record to the shard at `path`, in place of its oldest ones where it would outgrow `limit` bytes; false
/// where the record alone is too large, or there already.
pub(super) fn append(path: &Path, key: &Key, value: &[u8], limit: u64) -> io::Result<bool> {
    let record = record(key, value);
    if record.len() as u64 > limit / 2 {
        return Ok(false);
    }
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    // Given back when the file is closed, by a killed process too.
    file.lock()?;
    append_locked(&file, key, &record, limit)
}

fn append_locked(file: &File, key: &Key, record: &[u8], limit: u64) -> io::Result<bool> {
    let mut bytes = vec![0; file.metadata()?.len() as usize];
    file.read_exact_at(&mut bytes, 0)?;
    if self::value(&bytes, key).is_some() {
        return Ok(false);
    }
    let kept = kept(&bytes, record.len(), limit as usize);
    if kept.start > 0 {
        file.write_all_at(&bytes[kept.clone()], 0)?;
    }
    let end = kept.len() as u64;
    file.set_len(end)?;
    file.write_all_at(record, end).inspect_err(|_| {
        // A full disk: without the torn record the next writer has nothing to cut off.
        let _ = file.set_len(end);
    })?;
    Ok(true)
}

/// Which of `bytes` stay when a record of `added` bytes comes: all that is readable, or the newest that leave a
/// quarter of `limit` free, so that not every record that comes moves all others.
fn kept(bytes: &[u8], added: usize, limit: usize) -> std::ops::Range<usize> {
    let end = records(bytes).last().map_or(0, |record| record.end);
    if end + added <= limit {
        return 0..end;
    }
    let room = (limit - limit / 4).saturating_sub(added);
    let start = records(bytes)
        .map(|record| record.end)
        .find(|start| end - start <= room);
    start.unwrap_or(end)..end
}

fn record(key: &Key, value: &[u8]) -> Vec<u8> {
    let mut record = Vec::with_capacity(HEAD + value.len() + CHECKSUM);
    record.extend_from_slice(MAGIC);
    record.extend_from_slice(&(value.len() as u32).to_le_bytes());
    record.extend_from_slice(key.bytes());
    record.extend_from_slice(value);
    let checksum = checksum(&record);
    record.extend_from_slice(&checksum);
    record
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let digest = Sha256::digest(bytes);
    digest[..CHECKSUM].try_into().expect("SHA-256 has 32 bytes")
}

/// Where each record lies, as far as one follows on another.
fn records(bytes: &[u8]) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
    let mut next = 0;
    std::iter::from_fn(move || {
        let head = bytes.get(next..next + HEAD)?;
        let (magic, rest) = head.split_at(MAGIC.len());
        let length = u32::from_le_bytes(rest[..4].try_into().expect("four bytes"));
        let end = next + HEAD + length as usize + CHECKSUM;
        if magic != MAGIC || end > bytes.len() {
            return None;
        }
        let start = std::mem::replace(&mut next, end);
        Some(start..end)
    })
}

fn value<'b>(bytes: &'b [u8], key: &Key) -> Option<&'b [u8]> {
    records(bytes).find_map(|at| {
        let record = &bytes[at];
        let (body, sum) = record.split_at(record.len() - CHECKSUM);
        let is_it = body[HEAD - Key::BYTES..HEAD] == *key.bytes() && checksum(body) == *sum;
        is_it.then(|| &body[HEAD..])
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(number: u32) -> Key {
        let mut hash = super::super::key::Hash::default();
        hash.field(&number.to_le_bytes());
        hash.key()
    }

    fn shard() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shard");
        (folder, path)
    }

    #[test]
    fn what_is_put_in_is_found() {
        let (_folder, path) = shard();
        assert_eq!(find(&path, &key(1)).unwrap(), None);
        for number in 0..9 {
            assert!(append(&path, &key(number), &[number as u8; 5], 1 << 20).unwrap());
        }
        assert_eq!(find(&path, &key(7)).unwrap(), Some(vec![7; 5]));
        assert_eq!(find(&path, &key(9)).unwrap(), None);
        assert!(!append(&path, &key(7), b"again", 1 << 20).unwrap());
        assert_eq!(find(&path, &key(7)).unwrap(), Some(vec![7; 5]));
    }

    #[test]
    fn the_oldest_go_first_and_the_limit_holds() {
        let (_folder, path) = shard();
        let limit = 4096;
        for number in 0..300 {
            append(&path, &key(number), &[0; 100], limit).unwrap();
            assert!(std::fs::metadata(&path).unwrap().len() <= limit);
            assert!(find(&path, &key(number)).unwrap().is_some());
        }
        assert_eq!(find(&path, &key(0)).unwrap(), None);
        assert!(find(&path, &key(290)).unwrap().is_some());
        assert!(!append(&path, &key(1000), &[0; 2048], limit).unwrap());
    }

    #[test]
    fn a_torn_end_is_cut_off_by_the_next_writer() {
        let (_folder, path) = shard();
        for number in 0..3 {
            append(&path, &key(number), b"value", 1 << 20).unwrap();
        }
        let whole = std::fs::read(&path).unwrap();
        for length in 0..whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            append(&path, &key(9), b"later", 1 << 20).unwrap();
            assert_eq!(find(&path, &key(9)).unwrap().unwrap(), b"later");
            let is_whole = length >= whole.len() / 3;
            assert_eq!(
                find(&path, &key(0)).unwrap().is_some(),
                is_whole,
                "{length}"
            );
        }
    }

    proptest! {
        /// Whatever happens to its bytes, a shard gives the value that was put in, or none.
        #[test]
        fn a_damaged_shard_gives_the_right_value_or_none(
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
            cut in any::<prop::sample::Index>(),
        ) {
            let values: Vec<Vec<u8>> = (0..20).map(|number| vec![number; number as usize * 3]).collect();
            let mut bytes: Vec<u8> = (0..).zip(&values).flat_map(|(number, value)| record(&key(number), value)).collect();
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(cut.index(bytes.len()));
            for (number, put_in) in (0..).zip(&values) {
                if let Some(found) = value(&bytes, &key(number)) {
                    prop_assert_eq!(found, &put_in[..]);
                }
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_crash(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            prop_assert_eq!(value(&bytes, &key(1)), None);
        }
    }
}
