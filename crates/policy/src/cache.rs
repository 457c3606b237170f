//! Keys and values of the tokens of a sequence, in pages that sequences with the same beginning share.

use std::sync::Arc;

use scrl_kernels::attention::{Keys, PAGE, Rows};

use crate::config::ModelConfig;

/// What attention needs of the tokens so far. A clone shares all pages; one that is written to is copied first.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    /// Elements of a row of keys.
    width: usize,
    layers: Vec<Pages>,
    tokens: usize,
}

/// Of one layer; `PAGE` rows each.
#[derive(Clone, Debug, Default)]
struct Pages {
    keys: Vec<Arc<Vec<f32>>>,
    values: Vec<Arc<Vec<f32>>>,
}

impl Cache {
    /// Of a sequence without tokens.
    pub(crate) fn new(config: &ModelConfig) -> Self {
        Self {
            width: config.attention.key_width(),
            layers: vec![Pages::default(); config.layers],
            tokens: 0,
        }
    }

    /// Tokens that all layers have.
    pub(crate) fn tokens(&self) -> usize {
        self.tokens
    }

    /// Counts tokens that all layers have got.
    pub(crate) fn advance(&mut self, tokens: usize) {
        self.tokens += tokens;
    }

    /// Puts the next rows of keys and values behind those of a layer.
    pub(crate) fn append(&mut self, layer: usize, keys: &[f32], values: &[f32]) {
        let Pages {
            keys: key_pages,
            values: value_pages,
        } = &mut self.layers[layer];
        write(key_pages, self.tokens, self.width, keys);
        write(value_pages, self.tokens, self.width, values);
    }

    /// Calls `attend` with the keys and values of a layer, the `new` last not yet counted.
    pub(crate) fn with_keys(&self, layer: usize, new: usize, attend: impl FnOnce(Keys)) {
        let Pages { keys, values } = &self.layers[layer];
        let keys: Vec<&[f32]> = keys.iter().map(|page| page.as_slice()).collect();
        let values: Vec<&[f32]> = values.iter().map(|page| page.as_slice()).collect();
        attend(Keys {
            keys: Rows::Pages(&keys),
            values: Rows::Pages(&values),
            tokens: self.tokens + new,
        });
    }
}

/// Writes rows from the row `first` on.
fn write(pages: &mut Vec<Arc<Vec<f32>>>, first: usize, width: usize, rows: &[f32]) {
    for (index, row) in rows.chunks_exact(width).enumerate() {
        let place = first + index;
        if place / PAGE == pages.len() {
            pages.push(Arc::new(vec![0.0; PAGE * width]));
        }
        let page = Arc::make_mut(&mut pages[place / PAGE]);
        page[place % PAGE * width..][..width].copy_from_slice(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(pages: &[Arc<Vec<f32>>], count: usize) -> Vec<f32> {
        pages
            .iter()
            .flat_map(|page| page.iter().copied())
            .take(count)
            .collect()
    }

    #[test]
    fn a_clone_goes_its_own_way_and_shares_what_is_the_same() {
        let mut pages = Vec::new();
        let start: Vec<f32> = (0..(PAGE + 3) * 2).map(|value| value as f32).collect();
        write(&mut pages, 0, 2, &start);
        let mut fork = pages.clone();
        write(&mut fork, PAGE + 3, 2, &[-1.0, -2.0]);
        write(&mut pages, PAGE + 3, 2, &[-3.0, -4.0]);
        assert_eq!(rows(&pages, start.len()), start);
        assert_eq!(
            rows(&fork, start.len() + 2),
            [&*start, &[-1.0, -2.0]].concat()
        );
        assert_eq!(
            rows(&pages, start.len() + 2),
            [&*start, &[-3.0, -4.0]].concat()
        );
        assert!(Arc::ptr_eq(&pages[0], &fork[0]) && !Arc::ptr_eq(&pages[1], &fork[1]));
    }
}
