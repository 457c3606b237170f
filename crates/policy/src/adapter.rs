//! What is trained: `LoRA` factors on some linear layers, and a value head, all in one vector of `f32`.
//!
//! One vector means that a gradient, an optimizer's moments and a norm need no structure of their own: they are vectors of
//! the same length. [`Layout`] knows where in it each factor lies.

use std::ops::Range;

use scrl_kernels::{Lora, philox};

use crate::config::ModelConfig;
use crate::module::Module;

/// What is adapted, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct AdapterConfig {
    /// The linear layers that get factors, in every transformer layer.
    pub targets: Vec<Module>,
    /// Rows of `A`, columns of `B`.
    pub rank: usize,
    /// With the rank it gives the scale: `alpha / rank`.
    pub alpha: f64,
    /// The scale is `alpha / sqrt(rank)` instead (Kalajdzievski 2023).
    pub rank_stabilized: bool,
    /// Probability that an element of what the factors read is dropped in training.
    pub dropout: f32,
    /// Whether there is a value head: `width` weights and a bias on the last hidden state.
    pub value_head: bool,
}

impl Default for AdapterConfig {
    /// That of the project's recipe: attention, rank 16, alpha 32, dropout 0.05.
    fn default() -> Self {
        Self {
            targets: Module::ATTENTION.to_vec(),
            rank: 16,
            alpha: 32.0,
            rank_stabilized: false,
            dropout: 0.05,
            value_head: false,
        }
    }
}

impl AdapterConfig {
    pub(crate) fn scale(&self) -> f32 {
        let rank = self.rank as f64;
        (self.alpha
            / if self.rank_stabilized {
                rank.sqrt()
            } else {
                rank
            }) as f32
    }
}

/// Where the factors of one linear layer lie: `A`, and `B` right after it.
#[derive(Clone, Debug)]
struct Place {
    a: Range<usize>,
    b: Range<usize>,
}

/// Where in the vector everything lies.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    layers: Vec<[Option<Place>; Module::COUNT]>,
    value_head: Option<Range<usize>>,
    len: usize,
}

impl Layout {
    fn new(config: &AdapterConfig, model: &ModelConfig) -> Self {
        let mut len = 0;
        let mut take = |count: usize| {
            len += count;
            len - count..len
        };
        let layers = (0..model.layers)
            .map(|_| {
                let mut places = [const { None }; Module::COUNT];
                for module in Module::of(model.mlp).filter(|module| config.targets.contains(module))
                {
                    let (outputs, inputs) = module.shape(model);
                    let (a, b) = (take(config.rank * inputs), take(config.rank * outputs));
                    places[module.index()] = Some(Place { a, b });
                }
                places
            })
            .collect();
        let value_head = config.value_head.then(|| take(model.width + 1));
        Self {
            layers,
            value_head,
            len,
        }
    }

    fn place(&self, layer: usize, module: Module) -> Option<&Place> {
        self.layers[layer][module.index()].as_ref()
    }

    /// The factors `(A, B)` of one linear layer in a vector of this layout, trained numbers or their gradient.
    pub(crate) fn factors<'a>(
        &self,
        layer: usize,
        module: Module,
        values: &'a mut [f32],
    ) -> Option<(&'a mut [f32], &'a mut [f32])> {
        let Place { a, b } = self.place(layer, module)?;
        Some(values[a.start..b.end].split_at_mut(a.len()))
    }

    /// The part of a gradient that belongs to the value head.
    pub(crate) fn value_head(&self) -> Option<Range<usize>> {
        self.value_head.clone()
    }
}

/// The trained part of a model.
#[derive(Clone, Debug)]
pub struct Adapter {
    config: AdapterConfig,
    layout: Layout,
    values: Vec<f32>,
}

impl Adapter {
    /// One that changes nothing yet: `A` uniform within `1 / sqrt(inputs)` (PEFT's choice), `B` and value head 0.
    ///
    /// # Panics
    /// If the rank is 0.
    pub fn new(config: AdapterConfig, model: &ModelConfig, seed: u64) -> Self {
        assert!(config.rank > 0, "an adapter of rank 0");
        let layout = Layout::new(&config, model);
        let mut values = vec![0.0; layout.len];
        for place in layout.layers.iter().flatten().flatten() {
            let bound = ((place.a.len() / config.rank) as f32).sqrt().recip();
            for index in place.a.clone() {
                let word = philox([index as u32, (index >> 32) as u32, 0, 0], seed)[0];
                values[index] = (word as f32 / (1u64 << 31) as f32 - 1.0) * bound;
            }
        }
        Self {
            config,
            layout,
            values,
        }
    }

    /// What is adapted, and how.
    pub fn config(&self) -> &AdapterConfig {
        &self.config
    }

    /// All trained numbers. Layer after layer, linear layer after linear layer, `A` then `B`; the value head last.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The same, to be changed by an optimizer.
    pub fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The factors of one linear layer.
    pub fn lora(&self, layer: usize, module: Module) -> Option<Lora<'_>> {
        let place = self.layout.place(layer, module)?;
        let (a, b) = (&self.values[place.a.clone()], &self.values[place.b.clone()]);
        Some(Lora {
            a,
            b,
            rank: self.config.rank,
            scale: self.config.scale(),
        })
    }

    /// The factors `(A, B)` of one linear layer, to be set.
    pub fn factors_mut(
        &mut self,
        layer: usize,
        module: Module,
    ) -> Option<(&mut [f32], &mut [f32])> {
        self.layout.factors(layer, module, &mut self.values)
    }

    /// Weights and bias of the value head.
    pub fn value_head(&self) -> Option<(&[f32], f32)> {
        let values = &self.values[self.layout.value_head()?];
        let (bias, weights) = values.split_last()?;
        Some((weights, *bias))
    }

    /// Where in [`Adapter::values`], and in a gradient, the factors of one linear layer lie.
    pub fn ranges(&self, layer: usize, module: Module) -> Option<(Range<usize>, Range<usize>)> {
        let place = self.layout.place(layer, module)?;
        Some((place.a.clone(), place.b.clone()))
    }
}
