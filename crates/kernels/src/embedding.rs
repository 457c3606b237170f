//! Token embedding: row `tokens[i]` of `W (vocabulary, width)` becomes row `i` of `y (tokens, width)`.

use crate::weight::Weight;

/// Writes `y`.
///
/// # Panics
/// If a token is not below the number of rows, or `y` is not `tokens * width` long.
pub fn forward(weight: &Weight, tokens: &[u32], y: &mut [f32]) {
    let width = weight.inputs();
    assert_eq!(
        y.len(),
        tokens.len() * width,
        "length of the embedded tokens"
    );
    for (token, y) in tokens.iter().zip(y.chunks_exact_mut(width.max(1))) {
        weight.row(*token as usize, y);
    }
}

/// Adds the rows of `dy (tokens, width)` to those of `dweight (vocabulary, width)` that they came from, in order.
///
/// # Panics
/// If a token is not below the number of rows.
pub fn backward(tokens: &[u32], width: usize, dy: &[f32], dweight: &mut [f32]) {
    assert_eq!(dy.len(), tokens.len() * width, "length of the gradient");
    for (token, dy) in tokens.iter().zip(dy.chunks_exact(width.max(1))) {
        let row = &mut dweight[*token as usize * width..][..width];
        row.iter_mut().zip(dy).for_each(|(sum, dy)| *sum += dy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{assert_close, assert_same_bits, gradient, noise, weighted};
    use crate::weight::Precision;

    const TOKENS: [u32; 4] = [2, 0, 2, 18];
    const WIDTH: usize = 3;

    #[test]
    fn looks_rows_up() {
        let rows = noise(1, 19 * WIDTH);
        let weight = Weight::from_rows(Precision::F32, 19, WIDTH, &rows);
        let mut y = vec![0.0; TOKENS.len() * WIDTH];
        forward(&weight, &TOKENS, &mut y);
        for (token, y) in TOKENS.iter().zip(y.chunks_exact(WIDTH)) {
            assert_same_bits("row", y, &rows[*token as usize * WIDTH..][..WIDTH]);
        }
    }

    #[test]
    fn gradients_of_a_repeated_token_add_up() {
        let (rows, dy) = (noise(2, 19 * WIDTH), noise(3, TOKENS.len() * WIDTH));
        let mut dweight = vec![0.0; rows.len()];
        backward(&TOKENS, WIDTH, &dy, &mut dweight);
        let want = gradient(&rows, |rows| {
            let row = |token: &u32| rows[*token as usize * WIDTH..][..WIDTH].to_vec();
            weighted(&TOKENS.iter().flat_map(row).collect::<Vec<_>>(), &dy)
        });
        assert_close("dweight", &dweight, &want, 1e-6);
    }
}
