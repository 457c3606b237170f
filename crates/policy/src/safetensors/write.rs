//! Writes a file as the Python package `safetensors` does, byte for byte.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use scrl_kernels::{Precision, f32_to_bf16};

use crate::error::Error;
use crate::parameters::TensorView;

/// A tensor to write.
pub(crate) struct Tensor<'a> {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) values: TensorView<'a>,
}

impl Tensor<'_> {
    pub(crate) fn bytes(&self, precision: Precision) -> u64 {
        (self.shape.iter().product::<usize>() * precision.bytes()) as u64
    }
}

/// Writes the tensors in the order of their names, after the metadata that `PyTorch`'s tensors get.
pub(crate) fn write(
    path: &Path,
    mut tensors: Vec<Tensor>,
    precision: Precision,
) -> Result<(), Error> {
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    let header = header(&tensors, precision);
    let content = || {
        let mut file = BufWriter::new(File::create(path)?);
        file.write_all(&(header.len() as u64).to_le_bytes())?;
        file.write_all(header.as_bytes())?;
        for tensor in &tensors {
            tensor.values.for_rows(|row| {
                row.iter().try_for_each(|value| match precision {
                    Precision::F32 => file.write_all(&value.to_le_bytes()),
                    Precision::Bf16 => file.write_all(&f32_to_bf16(*value).to_le_bytes()),
                })
            })?;
        }
        file.flush()
    };
    content().map_err(Error::file(path))
}

fn header(tensors: &[Tensor], precision: Precision) -> String {
    let dtype = match precision {
        Precision::F32 => "F32",
        Precision::Bf16 => "BF16",
    };
    let mut header = String::from(r#"{"__metadata__":{"format":"pt"}"#);
    let mut offset = 0;
    for tensor in tensors {
        let name = serde_json::Value::from(tensor.name.as_str());
        let shape = serde_json::Value::from(tensor.shape.clone());
        let end = offset + tensor.bytes(precision);
        write!(
            header,
            r#",{name}:{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{offset},{end}]}}"#
        )
        .expect("a string takes all that is written to it");
        offset = end;
    }
    header.push('}');
    while !header.len().is_multiple_of(8) {
        header.push(' ');
    }
    header
}
