//! Tensors in files of the `safetensors` format: one file, or several with an index.
//!
//! A file is the length of its header in eight bytes, the header as JSON, and the tensors' bytes. Nothing that a header
//! says is believed before it was compared with the size of the file, and nothing is allocated on its word. Tensors are
//! read row by row from where they lie: they are packed for products anyway, so mapping files into memory would save no
//! copy, and a file that is cut short while it is read is an error instead of a signal.

mod header;
mod write;

pub(crate) use write::{Tensor, write};

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use scrl_kernels::{bf16_to_f32, f16_to_f32};
use serde::Deserialize;

use crate::error::Error;
use crate::tensors::Tensors;
use header::{Dtype, Entry};

/// The tensors of a model or adapter, by name.
#[derive(Debug)]
pub struct Checkpoint {
    /// The folder or file that it was opened as.
    path: PathBuf,
    files: Vec<(PathBuf, File)>,
    tensors: BTreeMap<String, Place>,
}

#[derive(Debug)]
struct Place {
    file: usize,
    entry: Entry,
}

/// Bytes that are read at a time.
const PART: usize = 1 << 20;

impl Checkpoint {
    /// Opens `model.safetensors` of a folder, or the files that `model.safetensors.index.json` names.
    ///
    /// # Errors
    /// If a file is missing, or its header is not true of it.
    pub fn open_folder(folder: &Path) -> Result<Self, Error> {
        let single = folder.join("model.safetensors");
        let index = folder.join("model.safetensors.index.json");
        if single.exists() || !index.exists() {
            return Self::open(&single);
        }
        let names = shard_names(&index)?;
        let mut checkpoint = Self {
            path: index,
            files: Vec::new(),
            tensors: BTreeMap::new(),
        };
        for name in names {
            checkpoint.add(&folder.join(name))?;
        }
        Ok(checkpoint)
    }

    /// Opens one file.
    ///
    /// # Errors
    /// As [`Checkpoint::open_folder`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        let mut checkpoint = Self {
            path: path.to_path_buf(),
            files: Vec::new(),
            tensors: BTreeMap::new(),
        };
        checkpoint.add(path)?;
        Ok(checkpoint)
    }

    fn add(&mut self, path: &Path) -> Result<(), Error> {
        let file = File::open(path).map_err(Error::file(path))?;
        for (name, entry) in header::read(path, &file)? {
            let place = Place {
                file: self.files.len(),
                entry,
            };
            if self.tensors.insert(name.clone(), place).is_some() {
                return Err(Error::invalid(
                    path,
                    format!("tensor `{name}` is in another file too"),
                ));
            }
        }
        self.files.push((path.to_path_buf(), file));
        Ok(())
    }

    /// Names of all tensors, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// Whether there is such a tensor.
    pub fn contains(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// The shape of a tensor.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn shape(&self, name: &str) -> Result<&[usize], Error> {
        Ok(&self.place(name)?.entry.shape)
    }

    /// Checks that a tensor has a shape, so that what it fills may be allocated.
    ///
    /// # Errors
    /// If it is missing or has another shape.
    pub fn expect(&self, name: &str, shape: &[usize]) -> Result<(), Error> {
        let found = self.shape(name)?;
        if found == shape {
            return Ok(());
        }
        Err(self.tensor_error(
            name,
            format!("has the shape {found:?}; the configuration asks for {shape:?}"),
        ))
    }

    /// Hands out the rows of a matrix as `f32`, in order; a vector is one row.
    ///
    /// # Errors
    /// If it is missing, not of a float type, cannot be read, or holds NaN or infinity.
    pub fn for_rows(&self, name: &str, mut visit: impl FnMut(usize, &[f32])) -> Result<(), Error> {
        let Place { file, entry } = self.place(name)?;
        let (path, file) = &self.files[*file];
        let width = *entry.shape.last().unwrap_or(&1);
        let rows = entry.shape.iter().rev().skip(1).product::<usize>();
        let size = entry.dtype.size();
        let at_a_time = (PART / (width * size).max(1)).clamp(1, rows.max(1));
        let mut bytes = vec![0; at_a_time * width * size];
        let mut values = Vec::with_capacity(at_a_time * width);
        for first in (0..rows).step_by(at_a_time) {
            let count = at_a_time.min(rows - first);
            let bytes = &mut bytes[..count * width * size];
            let offset = entry.offset + (first * width * size) as u64;
            file.read_exact_at(bytes, offset)
                .map_err(Error::file(path))?;
            widen(entry.dtype, bytes, &mut values)
                .ok_or_else(|| self.tensor_error(name, "is not of the type F32, F16 or BF16"))?;
            if let Some(index) = values.iter().position(|value| !value.is_finite()) {
                let problem = format!(
                    "holds {} at element {}",
                    values[index],
                    first * width + index
                );
                return Err(self.tensor_error(name, problem));
            }
            for (row, values) in values.chunks_exact(width.max(1)).enumerate() {
                visit(first + row, values);
            }
        }
        Ok(())
    }

    /// All elements of a tensor of the given shape.
    ///
    /// # Errors
    /// As [`Checkpoint::expect`] and [`Checkpoint::for_rows`].
    pub fn read(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        self.expect(name, shape)?;
        let mut values = Vec::with_capacity(shape.iter().product());
        self.for_rows(name, |_, row| values.extend_from_slice(row))?;
        Ok(values)
    }

    fn place(&self, name: &str) -> Result<&Place, Error> {
        let missing = || Error::Missing {
            path: self.path.clone(),
            tensor: name.to_owned(),
        };
        self.tensors.get(name).ok_or_else(missing)
    }

    fn tensor_error(&self, name: &str, problem: impl Into<String>) -> Error {
        let file = self
            .tensors
            .get(name)
            .map_or(&self.path, |place| &self.files[place.file].0);
        Error::Tensor {
            path: file.clone(),
            tensor: name.to_owned(),
            problem: problem.into(),
        }
    }
}

impl Tensors for Checkpoint {
    fn expect(&self, name: &str, shape: &[usize]) -> Result<(), Error> {
        Checkpoint::expect(self, name, shape)
    }

    fn for_rows(&self, name: &str, visit: &mut dyn FnMut(usize, &[f32])) -> Result<(), Error> {
        Checkpoint::for_rows(self, name, visit)
    }
}

/// Little-endian elements as `f32`; `None` if they are not floats.
fn widen(dtype: Dtype, bytes: &[u8], values: &mut Vec<f32>) -> Option<()> {
    let (pairs, _) = bytes.as_chunks::<2>();
    values.clear();
    match dtype {
        Dtype::F32 => {
            let (quads, _) = bytes.as_chunks::<4>();
            values.extend(quads.iter().map(|quad| f32::from_le_bytes(*quad)));
        }
        Dtype::F16 => values.extend(
            pairs
                .iter()
                .map(|pair| f16_to_f32(u16::from_le_bytes(*pair))),
        ),
        Dtype::Bf16 => values.extend(
            pairs
                .iter()
                .map(|pair| bf16_to_f32(u16::from_le_bytes(*pair))),
        ),
        Dtype::Other(_) => return None,
    }
    Some(())
}

/// The files that an index names, each once.
fn shard_names(index: &Path) -> Result<Vec<String>, Error> {
    #[derive(Deserialize)]
    struct Index {
        weight_map: BTreeMap<String, String>,
    }
    let text = std::fs::read(index).map_err(Error::file(index))?;
    let parsed: Index = serde_json::from_slice(&text).map_err(Error::json(index))?;
    let names: std::collections::BTreeSet<String> = parsed.weight_map.into_values().collect();
    for name in &names {
        // Files are looked for beside the index, and nowhere else.
        if name.is_empty() || name == ".." || name.contains(['/', '\\', '\0']) {
            return Err(Error::invalid(
                index,
                format!("`{name}` is not the name of a file in this folder"),
            ));
        }
    }
    if names.is_empty() {
        return Err(Error::invalid(index, "names no file"));
    }
    Ok(names.into_iter().collect())
}
