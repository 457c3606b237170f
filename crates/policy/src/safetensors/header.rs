//! The header of a file: which tensors it holds, and where.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use serde::Deserialize;

use crate::error::Error;

/// The longest header that is read, in bytes; the format's own limit.
const LONGEST: u64 = 100_000_000;

/// What a tensor's elements are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dtype {
    F32,
    F16,
    Bf16,
    /// Something that no model here is made of, so many bytes an element.
    Other(usize),
}

impl Dtype {
    /// Bytes an element.
    pub(super) fn size(self) -> usize {
        match self {
            Dtype::F32 => 4,
            Dtype::F16 | Dtype::Bf16 => 2,
            Dtype::Other(size) => size,
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "F32" => Dtype::F32,
            "F16" => Dtype::F16,
            "BF16" => Dtype::Bf16,
            "BOOL" | "U8" | "I8" | "F8_E4M3" | "F8_E5M2" => Dtype::Other(1),
            "U16" | "I16" => Dtype::Other(2),
            "U32" | "I32" => Dtype::Other(4),
            "U64" | "I64" | "F64" => Dtype::Other(8),
            _ => return None,
        })
    }
}

/// A tensor that lies within its file.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) dtype: Dtype,
    pub(super) shape: Vec<usize>,
    /// Bytes from the start of the file.
    pub(super) offset: u64,
}

#[derive(Deserialize)]
struct RawEntry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (u64, u64),
}

/// Reads the header of a file and checks it against the file's size.
pub(super) fn read(path: &Path, file: &File) -> Result<BTreeMap<String, Entry>, Error> {
    let size = file.metadata().map_err(Error::file(path))?.len();
    let mut length = [0; 8];
    if size < 8 {
        return Err(Error::invalid(
            path,
            format!("{size} bytes are too few for a safetensors file"),
        ));
    }
    file.read_exact_at(&mut length, 0)
        .map_err(Error::file(path))?;
    let length = u64::from_le_bytes(length);
    if length > LONGEST || length > size - 8 {
        let problem = format!(
            "a header of {length} bytes in a file of {size}; this is no safetensors file, or part of one"
        );
        return Err(Error::invalid(path, problem));
    }
    let mut text = vec![0; length as usize];
    file.read_exact_at(&mut text, 8)
        .map_err(Error::file(path))?;
    let raw: BTreeMap<String, serde_json::Value> =
        serde_json::from_slice(&text).map_err(Error::json(path))?;
    let data = 8 + length;
    let tensors = raw.into_iter().filter(|(name, _)| name != "__metadata__");
    tensors
        .map(|(name, value)| {
            let raw: RawEntry = serde_json::from_value(value).map_err(Error::json(path))?;
            let entry = check(raw, data, size - data).map_err(|problem| Error::Tensor {
                path: path.to_path_buf(),
                tensor: name.clone(),
                problem,
            })?;
            Ok((name, entry))
        })
        .collect()
}

/// `data` is where the tensors begin, `available` how many bytes there are.
fn check(raw: RawEntry, data: u64, available: u64) -> Result<Entry, String> {
    let RawEntry {
        dtype,
        shape,
        data_offsets: (begin, end),
    } = raw;
    let dtype = Dtype::parse(&dtype).ok_or_else(|| format!("has the unknown type `{dtype}`"))?;
    if begin > end || end > available {
        return Err(format!(
            "lies at bytes {begin} to {end} of {available}; the file may be cut short"
        ));
    }
    let bytes = shape
        .iter()
        .try_fold(dtype.size(), |bytes, size| bytes.checked_mul(*size));
    if bytes.map(|bytes| bytes as u64) != Some(end - begin) {
        return Err(format!(
            "of shape {shape:?} does not fill its {} bytes",
            end - begin
        ));
    }
    Ok(Entry {
        dtype,
        shape,
        offset: data + begin,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safetensors::Checkpoint;

    /// A file with this header, and `data` bytes after it.
    fn open(header: &str, data: usize) -> Result<Checkpoint, String> {
        let length = (header.len() as u64).to_le_bytes();
        raw([&length[..], header.as_bytes(), &vec![0; data]].concat())
    }

    fn raw(bytes: Vec<u8>) -> Result<Checkpoint, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        std::fs::write(&path, bytes).unwrap();
        Checkpoint::open(&path).map_err(|error| match error {
            Error::Json { source, .. } => source.to_string(),
            other => other.to_string(),
        })
    }

    fn entry(dtype: &str, shape: &str, begin: u64, end: u64) -> String {
        format!(
            r#"{{"t": {{"dtype": "{dtype}", "shape": {shape}, "data_offsets": [{begin}, {end}]}}}}"#
        )
    }

    #[test]
    fn takes_what_is_true() {
        let checkpoint = open(&entry("F32", "[2, 3]", 0, 24), 24).unwrap();
        assert_eq!(checkpoint.read("t", &[2, 3]).unwrap(), [0.0; 6]);
        assert!(
            open(r#"{"__metadata__": {"format": "pt"}}"#, 0)
                .unwrap()
                .names()
                .next()
                .is_none()
        );
        assert!(open(&entry("I64", "[]", 0, 8), 8).is_ok());
        assert!(
            open(&entry("F32", "[0, 5]", 0, 0), 0)
                .unwrap()
                .read("t", &[0, 5])
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn refuses_what_is_not() {
        let far = u64::MAX;
        let cases = [
            (raw(vec![]), "0 bytes are too few"),
            (
                raw(vec![0xff; 20]),
                "a header of 18446744073709551615 bytes",
            ),
            (
                raw(9u64.to_le_bytes().to_vec()),
                "a header of 9 bytes in a file of 8",
            ),
            (open("{", 0), "EOF while parsing"),
            (open("[]", 0), "invalid type"),
            (open(r#"{"t": 3}"#, 0), "invalid type"),
            (
                open(&entry("F32", "[2, 3]", 0, 24), 23),
                "`t` lies at bytes 0 to 24 of 23",
            ),
            (
                open(&entry("F32", "[2, 3]", 24, 0), 24),
                "lies at bytes 24 to 0",
            ),
            (
                open(&entry("F32", "[2, 3]", 0, far), 24),
                "lies at bytes 0 to",
            ),
            (
                open(&entry("F32", "[2, 2]", 0, 24), 24),
                "does not fill its 24 bytes",
            ),
            (
                open(&entry("F32", "[4294967296, 4294967296, 8]", 0, 0), 0),
                "does not fill",
            ),
            (open(&entry("F32", "[-1]", 0, 4), 4), "invalid value"),
            (open(&entry("Q4", "[1]", 0, 1), 1), "unknown type `Q4`"),
        ];
        for (result, words) in cases {
            let problem = result.unwrap_err();
            assert!(
                problem.contains(words),
                "{problem:?} does not contain {words:?}"
            );
        }
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_crash() {
        let nested = format!(r#"{{"t": {}"#, "[".repeat(100_000));
        assert!(open(&nested, 0).unwrap_err().contains("recursion limit"));
    }
}
