//! Metadata and the list of tensors.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use super::BlockType;
use crate::error::Error;

/// A value of the metadata.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// An integer or a float of any width.
    Number(f64),
    /// True or false.
    Bool(bool),
    /// Text; bytes that are not UTF-8 are replaced.
    Text(String),
    /// Several of one kind.
    Array(Vec<Value>),
}

/// A tensor that lies within its file.
#[derive(Debug)]
pub(super) struct Entry {
    /// Rows before columns.
    pub(super) shape: Vec<usize>,
    pub(super) kind: BlockType,
    /// Bytes from the start of the file.
    pub(super) offset: u64,
}

#[derive(Debug)]
pub(super) struct Header {
    pub(super) metadata: BTreeMap<String, Value>,
    pub(super) tensors: BTreeMap<String, Entry>,
}

impl Header {
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match self.metadata.get(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn number(&self, key: &str) -> Option<f64> {
        match self.metadata.get(key)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// Reads everything before the tensors' blocks.
pub(super) fn read(path: &Path, file: &File) -> Result<Header, Error> {
    let size = file.metadata().map_err(Error::file(path))?.len();
    let mut reader = Reader {
        input: BufReader::with_capacity(1 << 16, file),
        left: size,
    };
    reader.header(size).map_err(|problem| match problem {
        Problem::Words(problem) => Error::invalid(path, problem),
        Problem::Tensor(tensor, problem) => Error::Tensor {
            path: path.to_path_buf(),
            tensor,
            problem,
        },
        Problem::System(source) => Error::File {
            path: path.to_path_buf(),
            source,
        },
    })
}

enum Problem {
    Words(String),
    Tensor(String, String),
    System(std::io::Error),
}

impl From<String> for Problem {
    fn from(words: String) -> Self {
        Problem::Words(words)
    }
}

/// Metadata arrays may hold arrays; so many deep.
const DEEPEST: usize = 4;

/// Reads little-endian values, never beyond the end of the file.
struct Reader<'a> {
    input: BufReader<&'a File>,
    left: u64,
}

impl Reader<'_> {
    fn header(&mut self, size: u64) -> Result<Header, Problem> {
        if &self.bytes::<4>()? != b"GGUF" {
            return Err("this is no GGUF file".to_owned().into());
        }
        let version = self.u32()?;
        if !(2..=3).contains(&version) {
            return Err(format!("GGUF version {version} is not supported; 2 and 3 are").into());
        }
        let (tensors, entries) = (self.u64()?, self.u64()?);
        // Each takes at least so many bytes.
        self.check_count(tensors, 24, "tensors")?;
        self.check_count(entries, 13, "metadata entries")?;
        let mut metadata = BTreeMap::new();
        for _ in 0..entries {
            let key = self.text()?;
            let kind = self.u32()?;
            metadata.insert(key, self.value(kind, 0)?);
        }
        let raw = (0..tensors)
            .map(|_| self.tensor())
            .collect::<Result<Vec<_>, _>>()?;
        let alignment = match metadata.get("general.alignment") {
            None => 32,
            Some(Value::Number(number)) if *number >= 1.0 && *number <= 65536.0 => *number as u64,
            Some(_) => return Err("`general.alignment` is out of range".to_owned().into()),
        };
        let data = (size - self.left).next_multiple_of(alignment);
        let tensors = raw
            .into_iter()
            .map(|raw| {
                let entry = place(&raw.1, data, size)
                    .map_err(|problem| Problem::Tensor(raw.0.clone(), problem))?;
                Ok((raw.0, entry))
            })
            .collect::<Result<_, Problem>>()?;
        Ok(Header { metadata, tensors })
    }

    /// Name, sizes (columns before rows), type and offset of a tensor.
    fn tensor(&mut self) -> Result<(String, RawEntry), Problem> {
        let name = self.text()?;
        let dimensions = self.u32()?;
        if dimensions > 4 {
            return Err(Problem::Tensor(
                name,
                format!("has {dimensions} dimensions"),
            ));
        }
        let sizes = (0..dimensions)
            .map(|_| self.u64())
            .collect::<Result<Vec<_>, _>>()?;
        Ok((
            name,
            RawEntry {
                sizes,
                kind: self.u32()?,
                offset: self.u64()?,
            },
        ))
    }

    fn value(&mut self, kind: u32, depth: usize) -> Result<Value, Problem> {
        let number = Value::Number;
        Ok(match kind {
            0 => number(f64::from(u8::from_le_bytes(self.bytes()?))),
            1 => number(f64::from(i8::from_le_bytes(self.bytes()?))),
            2 => number(f64::from(u16::from_le_bytes(self.bytes()?))),
            3 => number(f64::from(i16::from_le_bytes(self.bytes()?))),
            4 => number(f64::from(self.u32()?)),
            5 => number(f64::from(i32::from_le_bytes(self.bytes()?))),
            6 => number(f64::from(f32::from_le_bytes(self.bytes()?))),
            7 => Value::Bool(self.bytes::<1>()? != [0]),
            8 => Value::Text(self.text()?),
            9 if depth < DEEPEST => {
                let (kind, count) = (self.u32()?, self.u64()?);
                self.check_count(count, 1, "array elements")?;
                let values = (0..count).map(|_| self.value(kind, depth + 1));
                Value::Array(values.collect::<Result<_, _>>()?)
            }
            10 => number(self.u64()? as f64),
            11 => number(i64::from_le_bytes(self.bytes()?) as f64),
            12 => number(f64::from_le_bytes(self.bytes()?)),
            _ => return Err(format!("a metadata value of the unknown type {kind}").into()),
        })
    }

    fn text(&mut self) -> Result<String, Problem> {
        let len = self.u64()?;
        self.check_count(len, 1, "bytes of text")?;
        let mut bytes = vec![0; len as usize];
        self.fill(&mut bytes)?;
        Ok(String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }

    fn check_count(&self, count: u64, bytes_each: u64, what: &str) -> Result<(), Problem> {
        if count > self.left / bytes_each {
            let left = self.left;
            return Err(format!(
                "{count} {what} in the last {left} bytes; the file may be cut short"
            )
            .into());
        }
        Ok(())
    }

    fn u32(&mut self) -> Result<u32, Problem> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    fn u64(&mut self) -> Result<u64, Problem> {
        Ok(u64::from_le_bytes(self.bytes()?))
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Problem> {
        if bytes.len() as u64 > self.left {
            return Err("ends within its header; the file may be cut short"
                .to_owned()
                .into());
        }
        self.left -= bytes.len() as u64;
        self.input.read_exact(bytes).map_err(Problem::System)
    }
}

struct RawEntry {
    sizes: Vec<u64>,
    kind: u32,
    offset: u64,
}

fn place(raw: &RawEntry, data: u64, size: u64) -> Result<Entry, String> {
    let kind = BlockType::parse(raw.kind).ok_or_else(|| {
        format!(
            "is of GGML type {}, which is not supported; {} are",
            raw.kind,
            BlockType::NAMES
        )
    })?;
    let shape: Vec<usize> = raw
        .sizes
        .iter()
        .rev()
        .map(|size| usize::try_from(*size).unwrap_or(usize::MAX))
        .collect();
    let width = shape.last().copied().unwrap_or(1);
    if !width.is_multiple_of(kind.len()) {
        return Err(format!(
            "has rows of {width}, which are no whole blocks of {}",
            kind.len()
        ));
    }
    let blocks = shape
        .iter()
        .try_fold(1usize, |count, size| count.checked_mul(*size))
        .map(|count| count / kind.len());
    let bytes = blocks
        .and_then(|blocks| blocks.checked_mul(kind.size()))
        .map(|bytes| bytes as u64);
    let offset = data.checked_add(raw.offset);
    match (offset, bytes) {
        (Some(offset), Some(bytes)) if offset.checked_add(bytes).is_some_and(|end| end <= size) => {
            Ok(Entry {
                shape,
                kind,
                offset,
            })
        }
        _ => Err(format!(
            "of shape {shape:?} lies beyond the end of the file, which may be cut short"
        )),
    }
}
