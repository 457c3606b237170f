//! Any bytes as a file of a model: safetensors, an index of several, GGUF, a configuration, an adapter's.
//!
//! The first byte says which. What cannot be loaded must be an error, whatever it claims; run with `-rss_limit_mb=512`.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use scrl_kernels::Precision;
use scrl_policy::{
    AdapterConfig, Checkpoint, Footprint, Load, LoadOptions, Model, ModelConfig, PeftAdapter,
    Policy,
};

/// Of the model in the seeds.
const CONFIG: &str = r#"{"model_type":"llama","vocab_size":5,"hidden_size":4,"intermediate_size":3,"num_hidden_layers":1,"num_attention_heads":2,"num_key_value_heads":1,"max_position_embeddings":8,"rms_norm_eps":1e-5,"tie_word_embeddings":true}"#;

/// A folder in memory, where there is one.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let shared = PathBuf::from("/dev/shm");
    let parent = if shared.is_dir() {
        shared
    } else {
        std::env::temp_dir()
    };
    let folder = parent.join(format!("scrl-fuzz-model-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("room for files");
    folder
});

const OPTIONS: LoadOptions = LoadOptions {
    precision: Precision::Bf16,
    context: Some(8),
};

fn write(name: &str, bytes: &[u8]) -> PathBuf {
    let path = FOLDER.join(name);
    fs::write(&path, bytes).expect("room for files");
    path
}

fn remove(name: &str) {
    let _ = fs::remove_file(FOLDER.join(name));
}

/// Loads what stands there, and asks it for logits.
fn load(path: &std::path::Path) {
    if let Ok(model) = Model::load(path, OPTIONS) {
        let policy = Policy {
            model: &model,
            adapter: None,
            threads: 1,
        };
        let _ = policy.logits(&[0]);
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    match kind {
        b's' => {
            write("config.json", CONFIG.as_bytes());
            let path = write("model.safetensors", bytes);
            if let Ok(file) = Checkpoint::open(&path) {
                for name in file.names() {
                    let shape = file.shape(name).expect("it is there");
                    let _ = file.read(name, shape);
                }
            }
            load(&FOLDER);
            remove("model.safetensors");
        }
        b'i' => {
            write("model.safetensors.index.json", bytes);
            let _ = Checkpoint::open_folder(&FOLDER);
            remove("model.safetensors.index.json");
        }
        b'g' => load(&write("model.gguf", bytes)),
        b'c' => {
            if let Ok(config) = ModelConfig::of(&write("config.json", bytes)) {
                let footprint = Footprint::new(&config, OPTIONS);
                let load = Load {
                    threads: 2,
                    sequences: 4,
                    tokens: 8,
                };
                assert!(footprint.sampling(load) >= footprint.weights());
                assert!(
                    footprint.training(&AdapterConfig::default(), true, load)
                        >= footprint.weights()
                );
            }
        }
        _ => {
            let config =
                ModelConfig::of(&write("config.json", CONFIG.as_bytes())).expect("it is right");
            write("adapter_config.json", bytes);
            let _ = PeftAdapter::load(&FOLDER, &config);
        }
    }
});
