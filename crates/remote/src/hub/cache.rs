//! How a model's files lie in the cache: `blobs/<etag>` are the files, `snapshots/<commit>/<name>` links to them,
//! `refs/<revision>` holds the commit that it was last.
//!
//! Source: the layout of `huggingface_hub`, "Understand caching". A file that is not whole is `blobs/<etag>.incomplete`, and
//! `.locks/models--owner--name/<etag>.lock` is held by whoever writes it, there and here.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{HubId, INDEX, Snapshot, TEXT_FILES, WEIGHTS, id, named_shards};
use crate::error::Error;

/// The folder of one model in a cache.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
    locks: PathBuf,
}

impl Cache {
    pub(super) fn new(root: &Path, id: &HubId) -> Self {
        Self {
            folder: root.join(id.folder()),
            locks: root.join(".locks").join(id.folder()),
        }
    }

    pub(super) fn snapshot(&self, commit: &str, offline: bool) -> Snapshot {
        Snapshot {
            folder: self.snapshot_folder(commit),
            commit: commit.to_owned(),
            offline,
        }
    }

    fn snapshot_folder(&self, commit: &str) -> PathBuf {
        self.folder.join("snapshots").join(commit)
    }

    /// Where a file of a commit is, or will be.
    pub(super) fn file(&self, commit: &str, name: &str) -> PathBuf {
        self.snapshot_folder(commit).join(name)
    }

    pub(super) fn blob(&self, etag: &str) -> PathBuf {
        self.folder.join("blobs").join(etag)
    }

    /// The commit that a revision was when it was last asked for.
    pub(super) fn commit(&self, revision: &str) -> Option<String> {
        let text = fs::read_to_string(self.folder.join("refs").join(revision)).ok()?;
        Some(text.trim().to_owned()).filter(|commit| id::is_commit(commit))
    }

    /// Whether what a model needs at least is here at a commit, with all weights where they are wanted.
    pub(super) fn is_complete(&self, commit: &str, with_weights: bool) -> bool {
        let is_here = |name: &str| self.file(commit, name).is_file();
        if !is_here(TEXT_FILES[0]) {
            return false;
        }
        let by_index = || {
            shards(&self.file(commit, INDEX))
                .is_ok_and(|names| !names.is_empty() && names.iter().all(|name| is_here(name)))
        };
        !with_weights || is_here(WEIGHTS) || by_index()
    }

    /// Waits for whoever writes a blob, and keeps others from it.
    pub(super) fn lock(&self, etag: &str) -> Result<File, Error> {
        let path = self.locks.join(format!("{etag}.lock"));
        make_parent(&path)?;
        let lock = || {
            let file = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path)?;
            file.lock()?;
            Ok(file)
        };
        lock().map_err(at(&path))
    }

    /// Makes a file of a commit a link to its blob.
    pub(super) fn link(&self, commit: &str, name: &str, etag: &str) -> Result<PathBuf, Error> {
        let path = self.file(commit, name);
        make_parent(&path)?;
        let target = Path::new("../../blobs").join(etag);
        match std::os::unix::fs::symlink(target, &path) {
            // Another process was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(path),
            Err(error) => Err(at(&path)(error)),
            Ok(()) => Ok(path),
        }
    }

    /// Writes down which commit a revision is.
    pub(super) fn remember(&self, revision: &str, commit: &str) -> Result<(), Error> {
        if revision == commit {
            return Ok(());
        }
        let path = self.folder.join("refs").join(revision);
        make_parent(&path)?;
        fs::write(&path, commit).map_err(at(&path))
    }
}

/// The shards that an index file names.
pub(super) fn shards(index: &Path) -> Result<BTreeSet<String>, String> {
    let text = fs::read(index).map_err(|error| error.to_string())?;
    let value = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    named_shards(&value)
}

pub(super) fn make_parent(path: &Path) -> Result<(), Error> {
    let parent = path.parent().unwrap_or(path);
    fs::create_dir_all(parent).map_err(at(parent))
}

/// An error of the file system, at a place.
pub(super) fn at(path: &Path) -> impl Fn(io::Error) -> Error + use<> {
    let path = path.to_owned();
    move |source| Error::Cache {
        path: path.clone(),
        source,
    }
}
