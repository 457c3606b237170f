//! The file of answers: whole lines only, one writer, never continued with other settings.

use std::collections::{BTreeMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, bail};
use scrl_record::{Sample, SampleId};
use serde::{Deserialize, Serialize};

use super::settings::SamplingArguments;
use crate::only_writer::is_only_writer;
use crate::progress::Progress;
use crate::run_folder::{InputFile, describe, read_whole_lines};

/// Everything that decides what the answers are; written beside them.
#[derive(Debug, Serialize)]
pub(crate) struct Description {
    pub(super) scrl: String,
    pub(super) model: String,
    /// The commit, of a model from a hub.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) commit: Option<String>,
    pub(super) files: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) precision: Option<&'static str>,
    /// Where a model was asked that is not here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) endpoint: Option<Address>,
    /// `null`: no prompt depends on it.
    pub(super) date: Option<String>,
    pub(super) style: &'static str,
    pub(super) system: Option<String>,
    pub(super) sampling: SamplingArguments,
    pub(super) samples: u32,
    pub(super) problems: Vec<InputFile>,
    pub(super) limit: Option<usize>,
    pub(super) only: Vec<String>,
}

/// A model behind an address.
#[derive(Debug, Serialize)]
pub(crate) struct Address {
    pub(super) base_url: String,
    pub(super) model: String,
    pub(super) fields: serde_json::Map<String, serde_json::Value>,
}

/// The file, open for appending; nobody else can have it open.
#[derive(Debug)]
pub(crate) struct SampleFile {
    file: File,
    path: PathBuf,
    done: HashSet<SampleId>,
}

impl SampleFile {
    /// Opens or makes a file for a run that is `description`, to begin it or to go on with it. A torn last line is cut off.
    pub(super) fn open(path: &Path, description: &Description) -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        struct Line {
            id: SampleId,
        }
        let failed = || format!("`{}` cannot be written", path.display());
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .with_context(failed)?;
        if !is_only_writer(&file) {
            bail!(
                "another run is writing to `{}`; wait for it, or use another --out",
                path.display()
            );
        }
        let is_new = file.metadata().with_context(failed)?.len() == 0;
        describe(&path.with_extension("run.json"), path, description, is_new)?;
        let (lines, length) = read_whole_lines::<Line>(&file, path, "sample")?;
        file.set_len(length).with_context(failed)?;
        file.seek(SeekFrom::End(0)).with_context(failed)?;
        Ok(Self {
            file,
            path: path.to_owned(),
            done: lines.into_iter().map(|line| line.id).collect(),
        })
    }

    /// The answers that were there when it was opened.
    pub(super) fn take_done(&mut self) -> HashSet<SampleId> {
        std::mem::take(&mut self.done)
    }

    fn append(&mut self, sample: &Sample) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(sample)?;
        line.push(b'\n');
        self.file
            .write_all(&line)
            .with_context(|| format!("`{}` cannot be written", self.path.display()))
    }
}

/// Takes answers from several threads as they come, and appends them in their order.
pub(crate) struct Sink<'a> {
    state: Mutex<State>,
    /// Set where there is no sense in going on.
    stop: &'a AtomicBool,
}

struct State {
    file: SampleFile,
    progress: Progress,
    waiting: BTreeMap<usize, Sample>,
    next: usize,
    failure: Option<anyhow::Error>,
}

const NO_PANIC: &str = "no thread panics while it holds the file";

impl<'a> Sink<'a> {
    pub(super) fn new(file: SampleFile, answers: usize, stop: &'a AtomicBool) -> Self {
        Self {
            state: Mutex::new(State {
                file,
                progress: Progress::start("sampling", "answers", answers),
                waiting: BTreeMap::new(),
                next: 0,
                failure: None,
            }),
            stop,
        }
    }

    /// Takes the answer that is at `place` among those that are missing, or what kept it from being one.
    pub(super) fn put(&self, place: usize, sample: anyhow::Result<Sample>) {
        let mut state = self.state.lock().expect(NO_PANIC);
        let kept = sample.and_then(|sample| state.put(place, sample));
        if let Err(error) = kept {
            state.failure.get_or_insert(error);
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    /// What went wrong first, if anything did.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        let state = self.state.into_inner().expect(NO_PANIC);
        state.progress.finish();
        if let Some(failure) = state.failure {
            return Err(failure);
        }
        if self.stop.load(Ordering::Relaxed) {
            bail!("interrupted; the answers so far are kept, run the same command again to go on");
        }
        Ok(())
    }
}

impl State {
    fn put(&mut self, place: usize, sample: Sample) -> anyhow::Result<()> {
        self.progress.step();
        self.waiting.insert(place, sample);
        while let Some(sample) = self.waiting.remove(&self.next) {
            self.file.append(&sample)?;
            self.next += 1;
        }
        Ok(())
    }
}
