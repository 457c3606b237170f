//! Writes a file as the Python package `safetensors` does, byte for byte.

use std::fmt::Write as _;
use std::path::Path;

use crate::error::Error;

/// A tensor to write, in `f32`.
pub(crate) struct Tensor<'a> {
    pub(crate) name: String,
    pub(crate) shape: [usize; 2],
    pub(crate) values: &'a [f32],
}

/// Writes the tensors in the order of their names, after the metadata that `PyTorch`'s tensors get.
pub(crate) fn write(path: &Path, mut tensors: Vec<Tensor>) -> Result<(), Error> {
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    let mut header = String::from(r#"{"__metadata__":{"format":"pt"}"#);
    let mut offset = 0;
    for Tensor {
        name,
        shape: [rows, columns],
        values,
    } in &tensors
    {
        let name = serde_json::Value::from(name.as_str());
        let end = offset + values.len() * 4;
        write!(header, r#",{name}:{{"dtype":"F32","shape":[{rows},{columns}],"data_offsets":[{offset},{end}]}}"#)
            .expect("a string takes all that is written to it");
        offset = end;
    }
    header.push('}');
    while !header.len().is_multiple_of(8) {
        header.push(' ');
    }
    let mut bytes = Vec::with_capacity(8 + header.len() + offset);
    bytes.extend((header.len() as u64).to_le_bytes());
    bytes.extend(header.as_bytes());
    for tensor in &tensors {
        bytes.extend(tensor.values.iter().flat_map(|value| value.to_le_bytes()));
    }
    std::fs::write(path, bytes).map_err(Error::file(path))
}
