//! All weights of a model as one vector of `f32`: what training without an adapter changes.
//!
//! As with an adapter, gradient, moments and norm are vectors of the same length. The order is that of [`Model::tensors`].

use std::ops::Range;

use scrl_kernels::Weight;

use crate::config::{ModelConfig, NormKind};
use crate::model::{Layer, Linear, Model, Norm};
use crate::module::Module;

/// A tensor of a model.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TensorView<'a> {
    Vector(&'a [f32]),
    Matrix(&'a Weight),
}

impl TensorView<'_> {
    /// As in a file.
    pub(crate) fn shape(&self) -> Vec<usize> {
        match self {
            TensorView::Vector(values) => vec![values.len()],
            TensorView::Matrix(weight) => vec![weight.outputs(), weight.inputs()],
        }
    }

    /// Calls `visit` with its values, row after row.
    pub(crate) fn for_rows<E>(
        &self,
        mut visit: impl FnMut(&[f32]) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            TensorView::Vector(values) => visit(values),
            TensorView::Matrix(weight) => {
                let mut row = vec![0.0; weight.inputs()];
                (0..weight.outputs()).try_for_each(|output| {
                    weight.row(output, &mut row);
                    visit(&row)
                })
            }
        }
    }
}

impl Model {
    /// All tensors under the names that Hugging Face gives them.
    pub(crate) fn tensors(&self) -> Vec<(String, TensorView<'_>)> {
        let mut all = vec![(
            "model.embed_tokens.weight".to_owned(),
            TensorView::Matrix(&self.embedding),
        )];
        for (index, layer) in self.layers.iter().enumerate() {
            let prefix = format!("model.layers.{index}");
            layer
                .attention_norm
                .list(&format!("{prefix}.input_layernorm"), &mut all);
            layer
                .mlp_norm
                .list(&format!("{prefix}.post_attention_layernorm"), &mut all);
            for module in Module::of(self.config().mlp) {
                let name = format!("{prefix}.{}", module.path(self.config().mlp));
                layer.linear(module).list(&name, &mut all);
            }
        }
        self.norm.list("model.norm", &mut all);
        if !self.config().tied {
            let head = TensorView::Matrix(self.head());
            all.push(("lm_head.weight".to_owned(), head));
        }
        all
    }

    /// All weights, one tensor after another: the embedding; of each layer the norms and the linear layers, a bias after
    /// what it belongs to; the last norm; the output layer, if it is not the embedding.
    pub fn parameters(&self) -> Vec<f32> {
        let mut values = Vec::new();
        for (_, tensor) in self.tensors() {
            let copied = tensor.for_rows(|row| {
                values.extend_from_slice(row);
                Ok::<(), std::convert::Infallible>(())
            });
            let Ok(()) = copied;
        }
        values
    }

    /// Where each tensor lies in [`Model::parameters`], and in a gradient of all weights, by its name in files.
    pub fn parameter_ranges(&self) -> Vec<(String, Range<usize>)> {
        let mut end = 0;
        let range = |(name, tensor): (String, TensorView)| {
            let start = end;
            end += tensor.shape().iter().product::<usize>();
            (name, start..end)
        };
        self.tensors().into_iter().map(range).collect()
    }

    /// Replaces all weights, in the order of [`Model::parameters`]. Weights kept in bfloat16 are rounded.
    ///
    /// # Panics
    /// If there are not as many values as weights.
    pub fn set_parameters(&mut self, values: &[f32]) {
        let mlp = self.config().mlp;
        let mut rest = values;
        set_weight(&mut self.embedding, &mut rest);
        for layer in &mut self.layers {
            layer.attention_norm.set(&mut rest);
            layer.mlp_norm.set(&mut rest);
            for module in Module::of(mlp) {
                layer.linear_mut(module).set(&mut rest);
            }
        }
        self.norm.set(&mut rest);
        if let Some(head) = self.head_mut() {
            set_weight(head, &mut rest);
        }
        assert!(rest.is_empty(), "{} values too many", rest.len());
    }
}

impl Norm {
    fn list<'a>(&'a self, name: &str, all: &mut Vec<(String, TensorView<'a>)>) {
        all.push((format!("{name}.weight"), TensorView::Vector(&self.gain)));
        if let Some(bias) = &self.bias {
            all.push((format!("{name}.bias"), TensorView::Vector(bias)));
        }
    }

    fn set(&mut self, rest: &mut &[f32]) {
        set_vector(&mut self.gain, rest);
        if let Some(bias) = &mut self.bias {
            set_vector(bias, rest);
        }
    }
}

impl Linear {
    fn list<'a>(&'a self, name: &str, all: &mut Vec<(String, TensorView<'a>)>) {
        all.push((format!("{name}.weight"), TensorView::Matrix(&self.weight)));
        if let Some(bias) = &self.bias {
            all.push((format!("{name}.bias"), TensorView::Vector(bias)));
        }
    }

    fn set(&mut self, rest: &mut &[f32]) {
        set_weight(&mut self.weight, rest);
        if let Some(bias) = &mut self.bias {
            set_vector(bias, rest);
        }
    }
}

fn set_vector(vector: &mut [f32], rest: &mut &[f32]) {
    vector.copy_from_slice(take(rest, vector.len()));
}

fn set_weight(weight: &mut Weight, rest: &mut &[f32]) {
    let values = take(rest, weight.outputs() * weight.inputs());
    for (output, row) in values.chunks_exact(weight.inputs()).enumerate() {
        weight.set_row(output, row);
    }
}

fn take<'a>(rest: &mut &'a [f32], count: usize) -> &'a [f32] {
    let (taken, left) = rest.split_at(count);
    *rest = left;
    taken
}

/// Where in the vector the tensors lie.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    pub(crate) embedding: Range<usize>,
    pub(crate) layers: Vec<LayerPlaces>,
    pub(crate) norm: Place,
    /// `None`: the embedding.
    pub(crate) head: Option<Range<usize>>,
    pub(crate) len: usize,
}

/// Of one layer.
#[derive(Clone, Debug)]
pub(crate) struct LayerPlaces {
    pub(crate) attention_norm: Place,
    pub(crate) mlp_norm: Place,
    /// By [`Module::index`].
    linears: [Option<Place>; Module::COUNT],
}

/// A weight or a gain, and the bias after it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    weight: Range<usize>,
    bias: Option<Range<usize>>,
}

impl Place {
    /// The gradients of weight and bias in a vector.
    pub(crate) fn of<'a>(&self, values: &'a mut [f32]) -> (&'a mut [f32], Option<&'a mut [f32]>) {
        match &self.bias {
            None => (&mut values[self.weight.clone()], None),
            Some(bias) => {
                let both = &mut values[self.weight.start..bias.end];
                let (weight, bias) = both.split_at_mut(self.weight.len());
                (weight, Some(bias))
            }
        }
    }
}

impl LayerPlaces {
    pub(crate) fn linear(&self, module: Module) -> &Place {
        self.linears[module.index()]
            .as_ref()
            .expect("a gate is asked for in gated MLPs only")
    }
}

impl Places {
    pub(crate) fn new(config: &ModelConfig) -> Self {
        let mut len = 0;
        let mut take = |count: usize| {
            len += count;
            len - count..len
        };
        let embedding = take(config.vocabulary * config.width);
        let norm = |take: &mut dyn FnMut(usize) -> Range<usize>| Place {
            weight: take(config.width),
            bias: (config.norm == NormKind::Layer).then(|| take(config.width)),
        };
        let layers = (0..config.layers)
            .map(|_| {
                let (attention_norm, mlp_norm) = (norm(&mut take), norm(&mut take));
                let mut linears = [const { None }; Module::COUNT];
                for module in Module::of(config.mlp) {
                    let (outputs, inputs) = module.shape(config);
                    linears[module.index()] = Some(Place {
                        weight: take(outputs * inputs),
                        bias: module.has_bias(config).then(|| take(outputs)),
                    });
                }
                LayerPlaces {
                    attention_norm,
                    mlp_norm,
                    linears,
                }
            })
            .collect();
        let norm = norm(&mut take);
        let head = (!config.tied).then(|| take(config.vocabulary * config.width));
        Self {
            embedding,
            layers,
            norm,
            head,
            len,
        }
    }
}

impl Layer {
    pub(crate) fn linear_mut(&mut self, module: Module) -> &mut Linear {
        self.linear_place(module)
            .as_mut()
            .expect("a gate is asked for in gated MLPs only")
    }
}
