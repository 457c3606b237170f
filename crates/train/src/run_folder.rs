//! The folder of a training run: checkpoints that are there whole or not at all, and the log.
//!
//! A checkpoint is written beside the others under a name that nobody reads, brought to the disk, and renamed; so `kill -9` at any
//! moment leaves the last one that was whole. `last` and `best` are links that are replaced the same way.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Error;
use crate::learner::Learner;

/// The score of the best checkpoint so far; which direction is better is the run's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// After which step.
    pub step: u64,
    /// Its score: a held-out loss or reward.
    #[serde(with = "exact")]
    pub score: f64,
}

/// What a run needs beside what is trained to go on as if it had never stopped. Order of data, dropout and sampling are functions of
/// the seed and of these counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Steps, or for reinforcement iterations, that are done.
    pub step: u64,
    /// Steps that the optimizer has taken.
    pub optimizer_steps: u64,
    /// The best checkpoint.
    pub best: Option<Best>,
    /// Evaluations since the best one.
    pub since_best: u32,
    /// The weight of the KL penalty, where it is adapted.
    #[serde(with = "exact")]
    pub kl_weight: f64,
}

/// Numbers as text: `serde_json` reads a decimal to within one unit in the last place only.
mod exact {
    use serde::de::{Deserialize as _, Deserializer, Error as _};
    use serde::ser::Serializer;

    // By reference, as serde calls it.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    pub(super) fn serialize<S: Serializer>(number: &f64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// The folder of a run.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    keep: usize,
    like: Option<PathBuf>,
}

impl RunFolder {
    /// Opens or makes a folder. `keep` checkpoints are kept beside the best one, at least one. Whole models take tokenizer and configuration over from `like`.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn open(path: &Path, keep: usize, like: Option<&Path>) -> Result<Self, Error> {
        let checkpoints = path.join("checkpoints");
        fs::create_dir_all(&checkpoints).map_err(Error::file(&checkpoints))?;
        Ok(Self {
            path: path.to_owned(),
            keep: keep.max(1),
            like: like.map(Path::to_owned),
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn checkpoints(&self) -> PathBuf {
        self.path.join("checkpoints")
    }

    fn checkpoint(&self, step: u64) -> PathBuf {
        self.checkpoints().join(format!("step-{step:08}"))
    }

    /// The steps of which there are checkpoints, in order.
    fn steps(&self) -> Result<Vec<u64>, Error> {
        let folder = self.checkpoints();
        let mut steps = Vec::new();
        for entry in fs::read_dir(&folder).map_err(Error::file(&folder))? {
            let name = entry.map_err(Error::file(&folder))?.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix("step-"));
            steps.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        steps.sort_unstable();
        Ok(steps)
    }

    /// Loads the last checkpoint, if there is one.
    ///
    /// # Errors
    /// If it cannot be read or is of another form.
    pub fn resume(&self, learner: &mut Learner) -> Result<Option<State>, Error> {
        let Some(step) = self.steps()?.pop() else {
            return Ok(None);
        };
        let folder = self.checkpoint(step);
        let path = folder.join("state.json");
        let text = fs::read(&path).map_err(Error::file(&path))?;
        let state: State = serde_json::from_slice(&text)
            .map_err(|error| Error::invalid(&path, error.to_string()))?;
        learner.load(&folder, state.optimizer_steps)?;
        self.point(&state)?;
        Ok(Some(state))
    }

    /// Writes a checkpoint, points `last` and `best` to where they belong, and removes old ones.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn save(&self, learner: &Learner, state: &State) -> Result<(), Error> {
        let unfinished = self.checkpoints().join("unfinished");
        remove(&unfinished)?;
        fs::create_dir(&unfinished).map_err(Error::file(&unfinished))?;
        learner.save(&unfinished, self.like.as_deref())?;
        let path = unfinished.join("state.json");
        let text = serde_json::to_vec_pretty(state)
            .map_err(|error| Error::invalid(&path, error.to_string()))?;
        fs::write(&path, text).map_err(Error::file(&path))?;
        sync_all(&unfinished)?;
        let whole = self.checkpoint(state.step);
        remove(&whole)?;
        fs::rename(&unfinished, &whole).map_err(Error::file(&whole))?;
        sync(&self.checkpoints())?;
        self.point(state)?;
        self.prune(state)
    }

    fn point(&self, state: &State) -> Result<(), Error> {
        let best = state.best.map(|best| ("best", best.step));
        for (name, step) in [("last", state.step)].into_iter().chain(best) {
            let (link, new) = (self.path.join(name), self.path.join(format!(".{name}")));
            remove_link(&new)?;
            let target = format!("checkpoints/step-{step:08}");
            symlink(target, &new).map_err(Error::file(&new))?;
            fs::rename(&new, &link).map_err(Error::file(&link))?;
        }
        Ok(())
    }

    fn prune(&self, state: &State) -> Result<(), Error> {
        let steps = self.steps()?;
        let old = steps.len().saturating_sub(self.keep);
        let best = state.best.map(|best| best.step);
        for step in steps[..old].iter().filter(|step| Some(**step) != best) {
            let (folder, condemned) =
                (self.checkpoint(*step), self.checkpoints().join("condemned"));
            // Renamed first, so that half a checkpoint never has the name of one.
            remove(&condemned)?;
            fs::rename(&folder, &condemned).map_err(Error::file(&folder))?;
            remove(&condemned)?;
        }
        Ok(())
    }

    /// Writes a batch that broke a step, for whoever looks into it.
    pub(crate) fn keep_batch(&self, step: u64, batch: &Value) -> Result<PathBuf, Error> {
        let path = self.path.join(format!("not-finite-step-{step}.json"));
        fs::write(&path, batch.to_string()).map_err(Error::file(&path))?;
        Ok(path)
    }
}

fn remove(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::file(folder)(error))
        }
        _ => Ok(()),
    }
}

fn remove_link(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::file(path)(error)),
        _ => Ok(()),
    }
}

fn sync(path: &Path) -> Result<(), Error> {
    fs::File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(Error::file(path))
}

fn sync_all(folder: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::file(folder))? {
        sync(&entry.map_err(Error::file(folder))?.path())?;
    }
    sync(folder)
}
