//! The same sequences give the same bits, whatever they are batched with and on any number of threads.

use std::path::Path;

use scrl_kernels::Precision;
use scrl_policy::{
    Adapter, AdapterConfig, Error, Gradient, GradientOptions, LoadOptions, Model, PeftAdapter,
    Policy, Prediction, Sequence, Slope,
};

fn model(name: &str) -> Model {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name);
    Model::load(
        &folder,
        LoadOptions {
            precision: Precision::Bf16,
            context: None,
        },
    )
    .unwrap()
}

/// The fixture's adapter with another dropout and a value head.
fn adapter(name: &str, model: &Model, dropout: f32) -> Adapter {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
        .join("adapter");
    let lora = PeftAdapter::load(&folder, model.config()).unwrap().adapter;
    let config = AdapterConfig {
        dropout,
        value_head: true,
        ..lora.config().clone()
    };
    let mut adapter = Adapter::new(config, model.config(), 0);
    let (start, head) = adapter.values_mut().split_at_mut(lora.values().len());
    start.copy_from_slice(lora.values());
    head.fill(0.125);
    adapter
}

/// Enough sequences for several packs.
fn sequences() -> Vec<Vec<u32>> {
    (0..14u32)
        .map(|index| {
            (0..20 + 3 * index)
                .map(|token| (token * token + 7 * index) % 67)
                .collect()
        })
        .collect()
}

fn slope(_: usize, token: usize, said: Prediction) -> Slope {
    Slope {
        log_prob: -1.0 - token as f32,
        entropy: -0.1,
        value: said.value.unwrap(),
    }
}

fn dropout(key: u64) -> GradientOptions {
    GradientOptions {
        dropout: Some(key),
        ..GradientOptions::default()
    }
}

fn numbered(sequences: &[Vec<u32>]) -> Vec<Sequence<'_>> {
    sequences
        .iter()
        .zip(0..)
        .map(|(tokens, stream)| Sequence { tokens, stream })
        .collect()
}

fn bits(said: &[Prediction]) -> Vec<[u32; 3]> {
    let bits = |said: &Prediction| {
        [said.score.log_prob, said.score.entropy, said.value.unwrap()].map(f32::to_bits)
    };
    said.iter().map(bits).collect()
}

#[test]
fn threads_change_nothing() {
    for name in ["llama3", "starcoder2"] {
        let model = model(name);
        let adapter = adapter(name, &model, 0.1);
        let tokens = sequences();
        let of = |threads| {
            let policy = Policy {
                model: &model,
                adapter: Some(&adapter),
                threads,
            };
            policy
                .gradient(&numbered(&tokens), dropout(5), slope)
                .unwrap()
        };
        let (one, three) = (of(1), of(3));
        assert!(one.values.iter().any(|value| *value != 0.0));
        let same = one
            .values
            .iter()
            .zip(&three.values)
            .all(|(a, b)| a.to_bits() == b.to_bits());
        assert!(same, "{name}: gradients differ between 1 and 3 threads");
        for (a, b) in one.predictions.iter().zip(&three.predictions) {
            assert_eq!(bits(a), bits(b));
        }
    }
}

fn all_bits(gradient: &Gradient) -> (Vec<u32>, Vec<u32>, Vec<Vec<[u32; 3]>>) {
    let of = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect();
    let said = gradient.predictions.iter().map(|said| bits(said)).collect();
    (of(&gradient.values), of(&gradient.weights), said)
}

#[test]
fn threads_and_recomputation_change_no_gradient_of_any_weight() {
    for name in ["llama3", "starcoder2", "llama-linear"] {
        let model = model(name);
        let adapter = adapter(name, &model, 0.1);
        let tokens = sequences();
        let of = |threads, recompute| {
            let policy = Policy {
                model: &model,
                adapter: Some(&adapter),
                threads,
            };
            let options = GradientOptions {
                weights: true,
                recompute,
                ..dropout(5)
            };
            let gradient = policy.gradient(&numbered(&tokens), options, slope);
            all_bits(&gradient.unwrap())
        };
        let plain = of(1, false);
        assert!(plain.1.iter().any(|bits| *bits != 0));
        assert!(plain == of(3, false), "{name}: threads");
        assert!(plain == of(2, true), "{name}: recomputation");
    }
}

#[test]
fn a_batch_in_parts_of_whole_packs_has_the_bits_of_the_whole() {
    let model = model("qwen2");
    let adapter = adapter("qwen2", &model, 0.1);
    let policy = Policy {
        model: &model,
        adapter: Some(&adapter),
        threads: 2,
    };
    let tokens = sequences();
    let numbered = numbered(&tokens);
    let options = GradientOptions {
        weights: true,
        ..dropout(5)
    };
    let whole = policy.gradient(&numbered, options, slope).unwrap();
    let packs = policy.packs(&numbered).unwrap();
    assert!(packs.len() > 2 && packs.iter().sum::<usize>() == numbered.len());
    let (first, second) = numbered.split_at(packs[0] + packs[1]);
    let mut sum = policy.gradient(first, options, slope).unwrap();
    policy
        .add_gradient(&mut sum, second, options, slope)
        .unwrap();
    assert!(all_bits(&whole) == all_bits(&sum));
}

#[test]
fn company_changes_nothing() {
    let model = model("qwen2");
    let adapter = adapter("qwen2", &model, 0.1);
    let policy = Policy {
        model: &model,
        adapter: Some(&adapter),
        threads: 1,
    };
    let tokens = sequences();
    let numbered = numbered(&tokens);
    let together = policy
        .gradient(&numbered, dropout(5), slope)
        .unwrap()
        .predictions;
    let scored = policy.score(&numbered).unwrap();
    for (index, sequence) in numbered.iter().enumerate() {
        let alone = policy
            .gradient(&[*sequence], dropout(5), slope)
            .unwrap()
            .predictions;
        assert_eq!(
            bits(&alone[0]),
            bits(&together[index]),
            "sequence {index} with dropout"
        );
        let alone = policy.score(&[*sequence]).unwrap();
        assert_eq!(bits(&alone[0]), bits(&scored[index]), "sequence {index}");
    }
}

#[test]
fn a_prefix_is_scored_as_in_the_whole() {
    let model = model("starcoder2");
    let adapter = adapter("starcoder2", &model, 0.0);
    let policy = Policy {
        model: &model,
        adapter: Some(&adapter),
        threads: 1,
    };
    let tokens = &sequences()[13];
    let whole = policy.score(&[Sequence { tokens, stream: 0 }]).unwrap();
    for length in [2, 7, 30] {
        let part = policy
            .score(&[Sequence {
                tokens: &tokens[..length],
                stream: 0,
            }])
            .unwrap();
        assert_eq!(bits(&part[0]), bits(&whole[0][..length - 1]));
    }
}

#[test]
fn scores_before_a_step_are_those_of_its_forward_pass() {
    let model = model("llama-linear");
    let adapter = adapter("llama-linear", &model, 0.1);
    let policy = Policy {
        model: &model,
        adapter: Some(&adapter),
        threads: 2,
    };
    let tokens = sequences();
    let numbered = numbered(&tokens);
    let scored = policy.score(&numbered).unwrap();
    let trained = policy
        .gradient(&numbered, GradientOptions::default(), slope)
        .unwrap()
        .predictions;
    for (a, b) in scored.iter().zip(&trained) {
        assert_eq!(bits(a), bits(b));
    }
}

/// With dropout on, the gradient is that of the network that was drawn: compared with differences along one direction.
#[test]
fn gradients_with_dropout_are_those_of_what_was_kept() {
    let model = model("llama3");
    let mut adapter = adapter("llama3", &model, 0.3);
    let tokens = &sequences()[0];
    let sequence = [Sequence { tokens, stream: 9 }];
    let loss = |adapter: &Adapter| {
        let policy = Policy {
            model: &model,
            adapter: Some(adapter),
            threads: 1,
        };
        let gradient = policy.gradient(&sequence, dropout(11), |_, _, _| Slope {
            log_prob: 1.0,
            ..Slope::default()
        });
        let gradient = gradient.unwrap();
        let sum: f64 = gradient.predictions[0]
            .iter()
            .map(|said| f64::from(said.score.log_prob))
            .sum();
        (sum, gradient.values)
    };
    let (_, gradient) = loss(&adapter);
    let norm = gradient
        .iter()
        .map(|g| f64::from(*g) * f64::from(*g))
        .sum::<f64>()
        .sqrt();
    let start = adapter.values().to_vec();
    let step = 1e-3;
    let mut at = |along: f64| {
        for ((value, start), g) in adapter.values_mut().iter_mut().zip(&start).zip(&gradient) {
            *value = start + (along * f64::from(*g) / norm) as f32;
        }
        loss(&adapter).0
    };
    let difference = (at(step) - at(-step)) / (2.0 * step);
    let error = (difference / norm - 1.0).abs();
    assert!(
        error < 1e-2,
        "the slope along the gradient is {difference}, and its norm {norm}"
    );
}

#[test]
fn sequences_that_cannot_be_taken_are_named() {
    let model = model("llama");
    let policy = Policy {
        model: &model,
        adapter: None,
        threads: 1,
    };
    let long: Vec<u32> = vec![1; 66];
    let cases: [(&[u32], &str); 4] = [
        (&[], "nothing to predict"),
        (&[3], "nothing to predict"),
        (&[3, 67], "token 67 is outside the vocabulary of 67"),
        (&long, "the model was loaded for 64"),
    ];
    for (tokens, words) in cases {
        let error = policy.score(&[Sequence { tokens, stream: 0 }]).unwrap_err();
        assert!(matches!(error, Error::Sequence { tokens: count, .. } if count == tokens.len()));
        assert!(error.to_string().contains(words), "{error}");
    }
    assert!(policy.score(&[]).unwrap().is_empty());
}
