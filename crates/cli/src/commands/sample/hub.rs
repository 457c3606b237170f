//! Where a model's files are: here, or on the Hugging Face hub, which brings them here.

use std::env;
use std::io::{IsTerminal as _, stderr};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use scrl_remote::{Hub, HubId, HubOptions, Proxy, Retry, Secret, Transfer};

/// A model on this machine.
pub(super) struct Located {
    /// Its folder, or GGUF file.
    pub(super) path: PathBuf,
    /// What it is named after.
    pub(super) name: PathBuf,
    /// Its commit, if it is from a hub.
    pub(super) commit: Option<String>,
}

/// Finds a model, and fetches it if it is the name of one on the hub; its weights only if they are wanted.
pub(super) fn locate(model: &str, with_weights: bool) -> anyhow::Result<Located> {
    let path = Path::new(model);
    if path.exists() {
        return Ok(Located {
            path: path.to_owned(),
            name: path.to_owned(),
            commit: None,
        });
    }
    let Ok(id) = model.parse::<HubId>() else {
        bail!(
            "`{model}` is not there; --model takes the folder of a model, a GGUF file, or `owner/name` on the Hugging Face hub"
        );
    };
    crate::say(&format!(
        "`{model}` is no file or folder here; looking for it on the hub"
    ));
    let stop = crate::interrupt::stop_flag()?;
    let mut bar = Bar::default();
    let brought = hub()?.snapshot(&id, with_weights, &stop, &mut |transfer| bar.tell(transfer));
    bar.finish();
    let snapshot = brought?;
    if snapshot.offline {
        crate::say(&format!(
            "the hub cannot be reached; going on with commit {} that is here",
            snapshot.commit
        ));
    }
    Ok(Located {
        path: snapshot.folder,
        name: id.name().into(),
        commit: Some(snapshot.commit),
    })
}

/// The hub and the cache that the variables name which `huggingface_hub` reads.
fn hub() -> anyhow::Result<Hub> {
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let folder = |name: &str| variable(name).map(PathBuf::from);
    let home = || {
        let caches = folder("XDG_CACHE_HOME").or_else(|| Some(env::home_dir()?.join(".cache")));
        Some(caches?.join("huggingface"))
    };
    let home = folder("HF_HOME")
        .or_else(home)
        .context("there is no home folder; HF_HOME says where models are kept")?;
    let text = |name: &str| variable(name).map(|value| value.to_string_lossy().into_owned());
    // Where `hf auth login` leaves it.
    let token = text("HF_TOKEN").or_else(|| std::fs::read_to_string(home.join("token")).ok());
    let options = HubOptions {
        endpoint: text("HF_ENDPOINT").unwrap_or_else(|| "https://huggingface.co".to_owned()),
        token: token
            .filter(|token| !token.trim().is_empty())
            .map(|token| Secret::new(&token)),
        cache: folder("HF_HUB_CACHE").unwrap_or_else(|| home.join("hub")),
        retry: Retry {
            attempts: 5,
            ..Retry::default()
        },
        proxy: Proxy::try_from_env(),
    };
    Ok(Hub::new(options)?)
}

/// Progress of one file after another: a bar on a terminal, a line for each otherwise.
#[derive(Default)]
struct Bar {
    file: String,
    bar: Option<ProgressBar>,
}

impl Bar {
    fn tell(&mut self, transfer: Transfer) {
        if self.file != transfer.file {
            self.finish();
            transfer.file.clone_into(&mut self.file);
            self.begin(transfer);
        }
        if let Some(bar) = &self.bar {
            bar.set_position(transfer.done);
        }
    }

    fn begin(&mut self, transfer: Transfer) {
        if stderr().is_terminal() {
            let bar = ProgressBar::new(transfer.total.unwrap_or_default());
            let template = "{prefix} {wide_bar} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left";
            bar.set_style(ProgressStyle::with_template(template).expect("the template is ours"));
            bar.set_prefix(self.file.clone());
            self.bar = Some(bar);
            return;
        }
        let size = transfer.total.map_or(String::new(), |total| {
            format!(", {:.1} MB", total as f64 / 1e6)
        });
        crate::say(&format!("fetching {}{size}", self.file));
    }

    fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
