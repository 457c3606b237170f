//! Models of the Hugging Face hub, brought into the cache that Python's `huggingface_hub` uses too.
//!
//! A model's files at a revision are listed, then what the engine needs is fetched: configuration, tokenizer, template and
//! weights in safetensors; never a format that can run code. [`cache`] says how they lie, [`fetch`] how they come.

mod cache;
mod fetch;
mod id;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use serde::Deserialize;
use serde_json::Value;
use ureq::Proxy;

use crate::error::Error;
use crate::retry::Retry;
use crate::secret::Secret;
use cache::Cache;
use fetch::Client;
pub use id::HubId;

/// Which hub, and where its files are kept.
#[derive(Debug)]
pub struct HubOptions {
    /// Such as `https://huggingface.co`.
    pub endpoint: String,
    /// For models that not everybody may read.
    pub token: Option<Secret>,
    /// The folder that holds `models--owner--name`.
    pub cache: PathBuf,
    /// What is tried again.
    pub retry: Retry,
    /// The way out of here, if not directly.
    pub proxy: Option<Proxy>,
}

/// A model's files at one commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The folder that they lie in.
    pub folder: PathBuf,
    /// The commit, 40 hexadecimal digits.
    pub commit: String,
    /// Whether the hub could not be reached, and what an earlier run brought is used.
    pub offline: bool,
}

/// How far a file is.
#[derive(Clone, Copy, Debug)]
pub struct Transfer<'a> {
    /// Its name.
    pub file: &'a str,
    /// Bytes that are here.
    pub done: u64,
    /// Bytes in all, if known.
    pub total: Option<u64>,
}

/// A hub. It is asked for one model after another.
#[derive(Debug)]
pub struct Hub {
    client: Client,
    cache: PathBuf,
}

/// Files of a model that are text, as far as it has them. The first one must be there.
const TEXT_FILES: [&str; 8] = [
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
    "chat_template.json",
];
const WEIGHTS: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

/// What the hub says of a model.
#[derive(Deserialize)]
struct Listing {
    sha: String,
    siblings: Vec<Sibling>,
}

#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
}

impl Hub {
    /// # Errors
    /// If the address is none.
    pub fn new(options: HubOptions) -> Result<Self, Error> {
        let HubOptions {
            endpoint,
            token,
            cache,
            retry,
            proxy,
        } = options;
        Ok(Self {
            client: Client::new(&endpoint, token, retry, proxy.as_ref())?,
            cache,
        })
    }

    /// The folder of a model's files, which are fetched as far as they are not there; those of its text side alone where
    /// weights are not wanted. `tell` hears of progress. What an interrupted run has fetched is kept, and gone on with.
    ///
    /// # Errors
    /// If the hub refuses or cannot be reached and the files are not all here, if a file comes damaged, or the model has no
    /// weights in safetensors.
    pub fn snapshot(
        &self,
        id: &HubId,
        with_weights: bool,
        stop: &AtomicBool,
        tell: &mut dyn FnMut(Transfer),
    ) -> Result<Snapshot, Error> {
        let cache = Cache::new(&self.cache, id);
        if let Some(commit) = id
            .commit()
            .filter(|commit| cache.is_complete(commit, with_weights))
        {
            return Ok(cache.snapshot(commit, false));
        }
        let listing = match self.listing(id, stop) {
            Err(error @ Error::Unreachable { .. }) => {
                let here = cache
                    .commit(id.revision())
                    .filter(|commit| cache.is_complete(commit, with_weights));
                return here
                    .map(|commit| cache.snapshot(&commit, true))
                    .ok_or(error);
            }
            listing => listing?,
        };
        let commit = &listing.sha;
        let there: BTreeSet<&str> = listing
            .siblings
            .iter()
            .map(|file| file.rfilename.as_str())
            .collect();
        let mut fetch = |file: &str| self.client.fetch(id, commit, file, &cache, stop, tell);
        for file in TEXT_FILES
            .into_iter()
            .filter(|file| there.contains(file) || *file == TEXT_FILES[0])
        {
            fetch(file)?;
        }
        let index = || fetch(INDEX);
        let weights = if with_weights {
            weights(id, &there, index)?
        } else {
            Vec::new()
        };
        for file in weights {
            self.client.fetch(id, commit, &file, &cache, stop, tell)?;
        }
        cache.remember(id.revision(), commit)?;
        Ok(cache.snapshot(commit, false))
    }

    fn listing(&self, id: &HubId, stop: &AtomicBool) -> Result<Listing, Error> {
        let wrong = |problem: String| Error::Model {
            id: id.to_string(),
            problem,
        };
        let text = self.client.listing(id, stop)?;
        let listing: Listing = serde_json::from_slice(&text)
            .map_err(|error| wrong(format!("the hub's list of its files is none: {error}")))?;
        if !id::is_commit(&listing.sha) {
            return Err(wrong(
                "the hub names no commit for this revision".to_owned(),
            ));
        }
        Ok(listing)
    }
}

/// The files of the weights: one, or those that the index names, which `index` fetches.
fn weights(
    id: &HubId,
    there: &BTreeSet<&str>,
    index: impl FnOnce() -> Result<PathBuf, Error>,
) -> Result<Vec<String>, Error> {
    if there.contains(WEIGHTS) {
        return Ok(vec![WEIGHTS.to_owned()]);
    }
    let wrong = |problem: String| Error::Model {
        id: id.to_string(),
        problem,
    };
    if !there.contains(INDEX) {
        let others = there.iter().filter(|file| {
            let ending = file.rsplit('.').next().unwrap_or_default();
            matches!(ending, "bin" | "pt" | "pth" | "ckpt" | "gguf")
        });
        let others: Vec<&str> = others.copied().take(4).collect();
        return Err(wrong(format!(
            "it has no weights in safetensors{}; other formats are not fetched, as some run code when they are read. Look for a \
             converted revision (`@refs/pr/1`), or give a GGUF file of it by path",
            if others.is_empty() {
                String::new()
            } else {
                format!(", only {}", others.join(", "))
            },
        )));
    }
    let path = index()?;
    let shards = cache::shards(&path).map_err(|problem| wrong(format!("`{INDEX}`: {problem}")))?;
    match shards.iter().find(|shard| !there.contains(shard.as_str())) {
        Some(missing) => Err(wrong(format!(
            "`{INDEX}` names `{missing}`, which is not among its files"
        ))),
        None => Ok(shards.into_iter().collect()),
    }
}

/// The files that an index names: plain names, no paths.
fn named_shards(index: &Value) -> Result<BTreeSet<String>, String> {
    let map = index
        .get("weight_map")
        .and_then(Value::as_object)
        .ok_or("it has no `weight_map`")?;
    let mut shards = BTreeSet::new();
    for name in map.values() {
        let name = name
            .as_str()
            .ok_or("a place in its `weight_map` is no name")?;
        if !is_plain(name) {
            return Err(format!("`{name}` is no name of a shard"));
        }
        shards.insert(name.to_owned());
    }
    Ok(shards)
}

fn is_plain(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    name.ends_with(".safetensors")
        && !name.starts_with('.')
        && name.len() <= 200
        && name.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_index_names_files_beside_it_and_no_others() {
        let index = json!({"weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors", "c": "m-1.safetensors"}});
        assert_eq!(named_shards(&index).unwrap().len(), 2);
        for hostile in [
            "../../x.safetensors",
            "/etc/x.safetensors",
            "a/b.safetensors",
            ".safetensors",
            "model.bin",
            "",
        ] {
            let index = json!({"weight_map": {"a": hostile}});
            assert!(named_shards(&index).is_err(), "{hostile}");
        }
        assert!(named_shards(&json!({})).is_err());
    }
}
