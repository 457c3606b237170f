//! Vectors of `f32` in a safetensors file: moments and weights of a checkpoint.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use scrl_policy::Checkpoint;
use serde_json::{Map, json};

use crate::error::Error;

/// Writes vectors under their names, and waits until they are on the disk.
pub(crate) fn write(path: &Path, vectors: &[(&str, &[f32])]) -> Result<(), Error> {
    let mut header = Map::new();
    let mut end = 0;
    for (name, values) in vectors {
        let start = end;
        end += 4 * values.len();
        let entry = json!({"dtype": "F32", "shape": [values.len()], "data_offsets": [start, end]});
        header.insert((*name).to_owned(), entry);
    }
    let header = serde_json::Value::Object(header).to_string();
    let header = format!("{header:<width$}", width = header.len().next_multiple_of(8));
    let write = || {
        let mut file = BufWriter::new(File::create(path)?);
        file.write_all(&(header.len() as u64).to_le_bytes())?;
        file.write_all(header.as_bytes())?;
        for value in vectors.iter().flat_map(|(_, values)| *values) {
            file.write_all(&value.to_le_bytes())?;
        }
        file.into_inner()?.sync_all()
    };
    write().map_err(Error::file(path))
}

/// Reads vectors of a known length by their names.
pub(crate) fn read<const N: usize>(
    path: &Path,
    names: [&str; N],
    length: usize,
) -> Result<[Vec<f32>; N], Error> {
    let file = Checkpoint::open(path)?;
    let mut vectors = [const { Vec::new() }; N];
    for (vector, name) in vectors.iter_mut().zip(names) {
        *vector = file.read(name, &[length])?;
    }
    Ok(vectors)
}
