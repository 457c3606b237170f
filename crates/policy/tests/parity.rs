//! The models of `fixtures/`, against what transformers and PEFT computed on them (`fixtures/make.py`).

use std::path::{Path, PathBuf};

use scrl_kernels::Precision;
use scrl_kernels::adamw::{AdamW, clip_scale, sum_of_squares};
use scrl_policy::{
    Adapter, AdapterConfig, Checkpoint, ExportOptions, GradientOptions, LoadOptions, Model, Module,
    PeftAdapter, Policy, Prediction, Sequence, Slope,
};

const MODELS: [&str; 5] = ["llama", "llama-linear", "llama3", "qwen2", "starcoder2"];

struct Fixture {
    name: &'static str,
    folder: PathBuf,
    model: Model,
    expected: Checkpoint,
    tokens: [Vec<u32>; 2],
}

impl Fixture {
    fn load(name: &'static str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures")
            .join(name);
        let model = Model::load(
            &folder,
            LoadOptions {
                precision: Precision::F32,
                context: None,
            },
        )
        .unwrap();
        let expected = Checkpoint::open(&folder.join("expected.safetensors")).unwrap();
        let tokens = [0, 1].map(|index| {
            let values = all(&expected, &format!("tokens.{index}"));
            values.iter().map(|value| *value as u32).collect()
        });
        Self {
            name,
            folder,
            model,
            expected,
            tokens,
        }
    }

    fn sequences(&self) -> Vec<Sequence<'_>> {
        self.tokens
            .iter()
            .zip(0..)
            .map(|(tokens, stream)| Sequence { tokens, stream })
            .collect()
    }

    fn adapter(&self) -> Adapter {
        PeftAdapter::load(&self.folder.join("adapter"), self.model.config())
            .unwrap()
            .adapter
    }

    fn policy<'a>(&'a self, adapter: Option<&'a Adapter>) -> Policy<'a> {
        Policy {
            model: &self.model,
            adapter,
            threads: 2,
        }
    }

    /// The adapter with the value head of the fixture.
    fn with_value_head(&self) -> Adapter {
        let lora = self.adapter();
        let config = AdapterConfig {
            value_head: true,
            ..lora.config().clone()
        };
        let mut adapter = Adapter::new(config, self.model.config(), 0);
        let (values, len) = (adapter.values_mut(), lora.values().len());
        values[..len].copy_from_slice(lora.values());
        let head = [
            all(&self.expected, "value.weight"),
            all(&self.expected, "value.bias"),
        ]
        .concat();
        values[len..].copy_from_slice(&head);
        adapter
    }
}

fn all(file: &Checkpoint, name: &str) -> Vec<f32> {
    let shape = file.shape(name).unwrap().to_vec();
    file.read(name, &shape).unwrap()
}

/// The largest distance.
fn distance(got: &[f32], want: &[f32]) -> f32 {
    assert_eq!(got.len(), want.len());
    got.iter()
        .zip(want)
        .map(|(got, want)| (got - want).abs())
        .fold(0.0, f32::max)
}

fn largest(values: &[f32]) -> f32 {
    values.iter().fold(0.0, |most, value| most.max(value.abs()))
}

fn norm(values: &[f32]) -> f64 {
    sum_of_squares(values).sqrt()
}

#[test]
fn logits_are_those_of_transformers() {
    for fixture in MODELS.map(Fixture::load) {
        for (index, tokens) in fixture.tokens.iter().enumerate() {
            let got = fixture.policy(None).logits(tokens).unwrap();
            let error = distance(&got, &all(&fixture.expected, &format!("logits.{index}")));
            assert!(
                error < 1e-4,
                "{}: logits of sequence {index} are off by {error}",
                fixture.name
            );
        }
    }
}

#[test]
fn bfloat16_weights_stay_close() {
    for fixture in MODELS.map(Fixture::load) {
        let options = LoadOptions {
            precision: Precision::Bf16,
            context: None,
        };
        let narrow = Model::load(&fixture.folder, options).unwrap();
        let policy = Policy {
            model: &narrow,
            adapter: None,
            threads: 1,
        };
        let want = all(&fixture.expected, "logits.0");
        let got = policy.logits(&fixture.tokens[0]).unwrap();
        let errors: Vec<f32> = got
            .iter()
            .zip(&want)
            .map(|(got, want)| got - want)
            .collect();
        let error = norm(&errors) / norm(&want);
        assert!(
            error < 2e-2,
            "{}: logits are off by {error} of their norm",
            fixture.name
        );
    }
}

#[test]
fn adapted_logits_are_those_of_peft() {
    for fixture in MODELS.map(Fixture::load) {
        let adapter = fixture.adapter();
        for (index, tokens) in fixture.tokens.iter().enumerate() {
            let want = all(&fixture.expected, &format!("adapted.{index}"));
            let got = fixture.policy(Some(&adapter)).logits(tokens).unwrap();
            let error = distance(&got, &want);
            assert!(
                error < 1e-4,
                "{}: logits of sequence {index} are off by {error}",
                fixture.name
            );
            let plain = distance(&fixture.policy(None).logits(tokens).unwrap(), &want);
            assert!(
                plain > 0.1,
                "{}: the adapter changes logits by {plain} only",
                fixture.name
            );
        }
    }
}

#[test]
fn gradients_are_those_of_autograd() {
    for fixture in MODELS.map(Fixture::load) {
        let adapter = fixture.with_value_head();
        let sequences = fixture.sequences();
        let count = sequences.iter().map(Sequence::predictions).sum::<usize>() as f32;
        let slope = |_, _, said: Prediction| Slope {
            log_prob: -1.0 / count,
            entropy: -0.01 / count,
            value: (said.value.unwrap() - 1.0) / count,
        };
        let gradient = fixture
            .policy(Some(&adapter))
            .gradient(&sequences, GradientOptions::default(), slope)
            .unwrap();
        let loss = gradient.predictions.iter().flatten().map(|said| {
            let distance = said.value.unwrap() - 1.0;
            -said.score.log_prob + 0.5 * distance * distance - 0.01 * said.score.entropy
        });
        let loss = loss.sum::<f32>() / count;
        assert!(
            distance(&[loss], &all(&fixture.expected, "loss")) < 1e-4,
            "{}: loss {loss}",
            fixture.name
        );
        let mut compared = 0;
        for (name, range) in named_ranges(&fixture, &adapter) {
            let want = all(&fixture.expected, &format!("grad.{name}"));
            let error = distance(&gradient.values[range.clone()], &want) / largest(&want);
            assert!(
                error < 1e-3,
                "{}: the gradient of {name} is off by {error}",
                fixture.name
            );
            compared += range.len();
        }
        assert_eq!(compared, gradient.values.len());
    }
}

/// Every trained tensor under its name in the expectations.
fn named_ranges(fixture: &Fixture, adapter: &Adapter) -> Vec<(String, std::ops::Range<usize>)> {
    let config = fixture.model.config();
    let mut named = Vec::new();
    for layer in 0..config.layers {
        for module in Module::of(config.mlp) {
            if let Some((a, b)) = adapter.ranges(layer, module) {
                let part = if Module::ATTENTION.contains(&module) {
                    "self_attn"
                } else {
                    "mlp"
                };
                let path = format!(
                    "base_model.model.model.layers.{layer}.{part}.{}",
                    module.name(config.mlp)
                );
                named.push((format!("{path}.lora_A.weight"), a));
                named.push((format!("{path}.lora_B.weight"), b));
            }
        }
    }
    let end = adapter.values().len();
    named.push(("value.weight".to_owned(), end - 1 - config.width..end - 1));
    named.push(("value.bias".to_owned(), end - 1..end));
    named
}

#[test]
fn twenty_steps_follow_pefts_loss() {
    for fixture in MODELS.map(Fixture::load) {
        let mut adapter = fixture.adapter();
        let sequences = fixture.sequences();
        let count = sequences.iter().map(Sequence::predictions).sum::<usize>() as f32;
        let optimizer = AdamW {
            learning_rate: 3e-3,
            weight_decay: 0.01,
            ..AdamW::default()
        };
        let (mut first, mut second) = (
            vec![0.0; adapter.values().len()],
            vec![0.0; adapter.values().len()],
        );
        for (step, want) in (1..).zip(all(&fixture.expected, "curve")) {
            let slope = |_, _, _| Slope {
                log_prob: -1.0 / count,
                ..Slope::default()
            };
            let gradient = fixture
                .policy(Some(&adapter))
                .gradient(&sequences, GradientOptions::default(), slope)
                .unwrap();
            let loss = -gradient
                .predictions
                .iter()
                .flatten()
                .map(|said| said.score.log_prob)
                .sum::<f32>()
                / count;
            assert!(
                (loss - want).abs() < 1e-3,
                "{}: loss {loss} before step {step}, not {want}",
                fixture.name
            );
            let scale = clip_scale(sum_of_squares(&gradient.values).sqrt(), 1.0);
            optimizer.step(
                step,
                &gradient.values,
                scale,
                (&mut first, &mut second),
                adapter.values_mut(),
            );
        }
    }
}

/// Mean cross-entropy and its gradient, of a model without adapter.
fn full_gradient(fixture: &Fixture, model: &Model) -> (f32, Vec<f32>) {
    let policy = Policy {
        model,
        adapter: None,
        threads: 2,
    };
    let sequences = fixture.sequences();
    let count = sequences.iter().map(Sequence::predictions).sum::<usize>() as f32;
    let options = GradientOptions {
        weights: true,
        ..GradientOptions::default()
    };
    let slope = |_, _, _| Slope {
        log_prob: -1.0 / count,
        ..Slope::default()
    };
    let gradient = policy.gradient(&sequences, options, slope).unwrap();
    let said = gradient.predictions.iter().flatten();
    let loss = -said.map(|said| said.score.log_prob).sum::<f32>() / count;
    (loss, gradient.weights)
}

#[test]
fn gradients_of_all_weights_are_as_long_as_autograds() {
    for fixture in MODELS.map(Fixture::load) {
        let (_, gradient) = full_gradient(&fixture, &fixture.model);
        let mut compared = 0;
        for (name, range) in fixture.model.parameter_ranges() {
            let want = f64::from(all(&fixture.expected, &format!("full.norm.{name}"))[0]);
            let got = norm(&gradient[range.clone()]);
            assert!(
                (got - want).abs() < 1e-3 * want.max(1e-3),
                "{}: the gradient of {name} has the norm {got}, not {want}",
                fixture.name
            );
            compared += range.len();
        }
        assert_eq!(compared, gradient.len());
    }
}

#[test]
fn twenty_steps_on_all_weights_follow_the_loss_of_transformers() {
    for fixture in MODELS.map(Fixture::load) {
        let mut model = fixture.model.clone();
        let mut values = model.parameters();
        let optimizer = AdamW {
            learning_rate: 1e-3,
            weight_decay: 0.01,
            ..AdamW::default()
        };
        let (mut first, mut second) = (vec![0.0; values.len()], vec![0.0; values.len()]);
        for (step, want) in (1..).zip(all(&fixture.expected, "full.curve")) {
            let (loss, gradient) = full_gradient(&fixture, &model);
            assert!(
                (loss - want).abs() < 1e-3,
                "{}: loss {loss} before step {step}, not {want}",
                fixture.name
            );
            let scale = clip_scale(sum_of_squares(&gradient).sqrt(), 1.0);
            let moments = (&mut first[..], &mut second[..]);
            optimizer.step(step, &gradient, scale, moments, &mut values);
            model.set_parameters(&values);
        }
    }
}

#[test]
fn a_merged_adapter_gives_the_logits_of_pefts_and_survives_export() {
    for fixture in MODELS.map(Fixture::load) {
        let mut merged = fixture.model.clone();
        merged.merge(&fixture.adapter());
        let folder = tempfile::tempdir().unwrap();
        let options = ExportOptions {
            precision: Precision::F32,
            largest_file: 30_000,
            like: None,
        };
        merged.export(folder.path(), options).unwrap();
        let options = LoadOptions {
            precision: Precision::F32,
            context: None,
        };
        let read = Model::load(folder.path(), options).unwrap();
        assert_eq!(read.config(), merged.config());
        for (index, tokens) in fixture.tokens.iter().enumerate() {
            let logits = |model| {
                let policy = Policy {
                    model,
                    adapter: None,
                    threads: 1,
                };
                policy.logits(tokens).unwrap()
            };
            let got = logits(&merged);
            let error = distance(&got, &all(&fixture.expected, &format!("merged.{index}")));
            assert!(error < 1e-4, "{}: off by {error}", fixture.name);
            let same = got
                .iter()
                .zip(&logits(&read))
                .all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same, "{}: export has changed the model", fixture.name);
        }
    }
}

#[test]
fn an_adapter_of_pefts_is_written_again_byte_for_byte() {
    for fixture in MODELS.map(Fixture::load) {
        let source = fixture.folder.join("adapter");
        let target = tempfile::tempdir().unwrap();
        let adapter = PeftAdapter::load(&source, fixture.model.config()).unwrap();
        adapter.save(target.path(), fixture.model.config()).unwrap();
        for file in ["adapter_config.json", "adapter_model.safetensors"] {
            let same = std::fs::read(source.join(file)).unwrap()
                == std::fs::read(target.path().join(file)).unwrap();
            assert!(same, "{}: {file} has changed", fixture.name);
        }
    }
}

#[test]
fn a_gguf_file_is_the_same_model() {
    for name in ["llama-linear", "qwen2", "starcoder2"] {
        let fixture = Fixture::load(name);
        let path = fixture.folder.with_extension("gguf");
        let options = LoadOptions {
            precision: Precision::F32,
            context: None,
        };
        let model = Model::load(&path, options).unwrap();
        assert_eq!(model.config(), fixture.model.config());
        let policy = Policy {
            model: &model,
            adapter: None,
            threads: 1,
        };
        for tokens in &fixture.tokens {
            let (got, want) = (
                policy.logits(tokens).unwrap(),
                fixture.policy(None).logits(tokens).unwrap(),
            );
            assert!(
                got.iter()
                    .zip(&want)
                    .all(|(a, b)| a.to_bits() == b.to_bits()),
                "{name}"
            );
        }
    }
}

#[test]
fn an_exported_folder_has_what_the_loaded_one_had() {
    let fixture = Fixture::load("qwen2");
    let source = tempfile::tempdir().unwrap();
    for name in ["config.json", "model.safetensors"] {
        std::fs::copy(fixture.folder.join(name), source.path().join(name)).unwrap();
    }
    std::fs::write(source.path().join("tokenizer.json"), "{}").unwrap();
    std::fs::write(source.path().join("generation_config.json"), "{}").unwrap();
    let options = LoadOptions {
        precision: Precision::F32,
        context: None,
    };
    let model = Model::load(source.path(), options).unwrap();
    let there = tempfile::tempdir().unwrap();
    let export = ExportOptions::default();
    model.export(there.path(), export).unwrap();
    for name in ["tokenizer.json", "generation_config.json"] {
        assert!(there.path().join(name).is_file(), "{name}");
    }
    // In its own place as well.
    model.export(source.path(), export).unwrap();
    let text = std::fs::read_to_string(source.path().join("tokenizer.json")).unwrap();
    assert_eq!(text, "{}");
    Model::load(source.path(), options).unwrap();
}

#[test]
fn a_configuration_of_our_own_is_read_as_what_was_loaded() {
    for name in ["llama-linear", "qwen2", "starcoder2"] {
        let options = LoadOptions {
            precision: Precision::F32,
            context: None,
        };
        let path = Fixture::load(name).folder.with_extension("gguf");
        let model = Model::load(&path, options).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let export = ExportOptions {
            precision: Precision::F32,
            ..ExportOptions::default()
        };
        model.export(folder.path(), export).unwrap();
        let read = Model::load(folder.path(), options).unwrap();
        assert_eq!(read.config(), model.config());
        assert_eq!(read.parameters(), model.parameters());
    }
}
