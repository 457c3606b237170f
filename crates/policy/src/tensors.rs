//! What a model is read from, whatever the format.

use crate::error::Error;

/// Named tensors, under the names that Hugging Face gives them.
pub(crate) trait Tensors {
    /// Checks that a tensor has a shape, so that what it fills may be allocated.
    fn expect(&self, name: &str, shape: &[usize]) -> Result<(), Error>;

    /// Hands out the rows of a matrix with their numbers; a vector is row 0.
    fn for_rows(&self, name: &str, visit: &mut dyn FnMut(usize, &[f32])) -> Result<(), Error>;

    /// A vector of the given length.
    fn vector(&self, name: &str, len: usize) -> Result<Vec<f32>, Error> {
        self.expect(name, &[len])?;
        let mut values = Vec::with_capacity(len);
        self.for_rows(name, &mut |_, row| values.extend_from_slice(row))?;
        Ok(values)
    }
}
