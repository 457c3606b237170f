//! Keys and values of the tokens of a sequence, in pages that sequences with the same beginning share.

use std::sync::Arc;

use scrl_kernels::attention::{Attention, Keys, PAGE};

use crate::config::ModelConfig;

/// What attention needs of the tokens so far. A clone shares all pages; one that is written to is copied first.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    shape: Attention,
    layers: Vec<Pages>,
    tokens: usize,
}

/// Of one layer; `PAGE` tokens each.
#[derive(Clone, Debug, Default)]
struct Pages {
    keys: Vec<Arc<Vec<f32>>>,
    values: Vec<Arc<Vec<f32>>>,
}

impl Cache {
    /// Of a sequence without tokens.
    pub(crate) fn new(config: &ModelConfig) -> Self {
        Self {
            shape: config.attention,
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
        let (shape, width) = (self.shape, self.shape.key_width());
        let rows = keys.chunks_exact(width).zip(values.chunks_exact(width));
        for (token, (key, value)) in (self.tokens..).zip(rows) {
            let place = token % PAGE;
            shape.write_key(page(key_pages, token, shape.key_page()), place, key);
            shape.write_value(page(value_pages, token, shape.value_page()), place, value);
        }
    }

    /// Calls `attend` with the keys and values of a layer, the `new` last not yet counted.
    pub(crate) fn with_keys(&self, layer: usize, new: usize, attend: impl FnOnce(Keys)) {
        let Pages { keys, values } = &self.layers[layer];
        let keys: Vec<&[f32]> = keys.iter().map(|page| page.as_slice()).collect();
        let values: Vec<&[f32]> = values.iter().map(|page| page.as_slice()).collect();
        attend(Keys::Pages {
            keys: &keys,
            values: &values,
            tokens: self.tokens + new,
        });
    }
}

/// The page of a token, which is made if it is the first there, and copied if others share it.
fn page(pages: &mut Vec<Arc<Vec<f32>>>, token: usize, len: usize) -> &mut [f32] {
    if token / PAGE == pages.len() {
        pages.push(Arc::new(vec![0.0; len]));
    }
    Arc::make_mut(&mut pages[token / PAGE]).as_mut_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_goes_its_own_way_and_shares_what_is_the_same() {
        let mut pages = Vec::new();
        for token in 0..PAGE + 3 {
            page(&mut pages, token, PAGE)[token % PAGE] = token as f32;
        }
        let mut fork = pages.clone();
        page(&mut fork, PAGE + 3, PAGE)[3] = -1.0;
        page(&mut pages, PAGE + 3, PAGE)[3] = -2.0;
        assert_eq!(pages[1][..5], [64.0, 65.0, 66.0, -2.0, 0.0]);
        assert_eq!(fork[1][..5], [64.0, 65.0, 66.0, -1.0, 0.0]);
        assert!(Arc::ptr_eq(&pages[0], &fork[0]) && !Arc::ptr_eq(&pages[1], &fork[1]));
    }
}
