//! The folder of a run: `run.json`, what makes its results what they are, and `graded.jsonl`, appended to.
//!
//! A run that was cut off, by Ctrl-C or `kill -9` or a full disk, goes on where it stopped: whole lines are kept,
//! a torn last line is cut off, and what was lost to a failure of ours is graded again in its place. A folder is never continued with other inputs or settings.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, BufWriter, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use scrl_record::{Fault, FaultOwner, Graded, SampleId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::only_writer::is_only_writer;

/// Makes a folder, and those above it, unless it is there.
pub(crate) fn make_folder(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)
        .with_context(|| format!("the folder `{}` cannot be made", folder.display()))
}

/// An input file, by content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InputFile {
    /// Its name, without folders.
    pub(crate) name: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub(crate) sha256: String,
}

impl InputFile {
    pub(crate) fn of(path: &Path) -> anyhow::Result<Self> {
        let mut hash = Sha256::new();
        let mut file = File::open(path).with_context(|| format!("`{}`", path.display()))?;
        io::copy(&mut file, &mut hash).with_context(|| format!("`{}`", path.display()))?;
        Ok(Self {
            name: name(path),
            sha256: hex(&hash.finalize()),
        })
    }

    pub(crate) fn all(paths: &[PathBuf]) -> anyhow::Result<Vec<Self>> {
        paths.iter().map(|path| Self::of(path)).collect()
    }
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Everything that decides what a run's results are; written beside them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RunDescription {
    pub(crate) scrl: String,
    pub(crate) python: String,
    pub(crate) level: String,
    pub(crate) walls: Vec<String>,
    pub(crate) cpu_limit_s: f64,
    pub(crate) clock: String,
    pub(crate) wall_limit_s: f64,
    pub(crate) memory_limit_mib: u64,
    pub(crate) output_limit_mib: u64,
    pub(crate) isolated: bool,
    pub(crate) stop_at: String,
    pub(crate) repeat: u32,
    /// `null`: the time limit is the same for all problems.
    pub(crate) reference_limit: Option<f64>,
    /// Whether results may be those of earlier runs.
    pub(crate) cache: bool,
    /// `null`: each problem's own.
    pub(crate) compare: Option<String>,
    pub(crate) problems: Vec<InputFile>,
    pub(crate) samples: Vec<InputFile>,
}

/// A run's folder, open for appending; nobody else can have it open.
#[derive(Debug)]
pub(crate) struct RunFolder {
    file: File,
    path: PathBuf,
    done: Vec<Done>,
}

/// A sample that is in the folder already.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) id: SampleId,
    /// Whether a failure of ours kept it from being graded.
    pub(crate) is_lost: bool,
}

impl RunFolder {
    /// Opens or makes `folder` for a run that is `description`, to begin it or to go on with it.
    pub(crate) fn open(folder: &Path, description: &RunDescription) -> anyhow::Result<Self> {
        let (file, path) = Self::lock(folder)?;
        describe_run(folder, description, file.metadata()?.len() == 0)?;
        Self::at_end(file, path)
    }

    fn lock(folder: &Path) -> anyhow::Result<(File, PathBuf)> {
        make_folder(folder)?;
        let path = folder.join("graded.jsonl");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("`{}` cannot be written", path.display()))?;
        let is_same = |there: fs::Metadata| {
            let here = file.metadata();
            here.is_ok_and(|here| (here.dev(), here.ino()) == (there.dev(), there.ino()))
        };
        // A run that is mending the file puts another one in its place.
        if !is_only_writer(&file) || !fs::metadata(&path).is_ok_and(is_same) {
            bail!(
                "another run is writing to `{}`; wait for it, or use another --out",
                path.display()
            );
        }
        Ok((file, path))
    }

    fn at_end(mut file: File, path: PathBuf) -> anyhow::Result<Self> {
        let (done, length) = read_done(&file, &path)?;
        file.set_len(length)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { file, path, done })
    }

    /// The samples that are in the folder already, in order.
    pub(crate) fn done(&self) -> &[Done] {
        &self.done
    }

    /// Appends one result, whole.
    pub(crate) fn append(&mut self, graded: &Graded) -> io::Result<()> {
        let mut line = serde_json::to_vec(graded)?;
        line.push(b'\n');
        self.file.write_all(&line)
    }

    /// Puts each result in place of the line with its number, from 0. The file is never without what was in it before.
    pub(crate) fn mend(&mut self, mended: &BTreeMap<usize, Graded>) -> anyhow::Result<()> {
        if mended.is_empty() {
            return Ok(());
        }
        let unfinished = self.path.with_extension("jsonl.new");
        let failed = || format!("`{}` cannot be written", unfinished.display());
        let file = File::create(&unfinished).with_context(failed)?;
        let mut writer = BufWriter::new(&file);
        self.file.rewind()?;
        for (number, line) in BufReader::new(&self.file).split(b'\n').enumerate() {
            let line = match mended.get(&number) {
                Some(graded) => serde_json::to_vec(graded)?,
                None => line?,
            };
            writer.write_all(&line).with_context(failed)?;
            writer.write_all(b"\n").with_context(failed)?;
        }
        writer.flush().with_context(failed)?;
        drop(writer);
        // Nobody can have it open before it has its name.
        file.lock().with_context(failed)?;
        fs::rename(&unfinished, &self.path).with_context(failed)?;
        self.file = file;
        Ok(())
    }

    pub(crate) fn graded_path(&self) -> &Path {
        &self.path
    }
}

fn describe_run(folder: &Path, description: &RunDescription, is_new: bool) -> anyhow::Result<()> {
    describe(&folder.join("run.json"), folder, description, is_new)
}

/// Writes a description of what is in `place` to `path`, or checks that the one there says the same.
pub(crate) fn describe(
    path: &Path,
    place: &Path,
    description: &impl Serialize,
    is_new: bool,
) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(description)? + "\n";
    if is_new {
        // Renamed into place: a torn one would keep the run from being continued.
        let unfinished = path.with_extension("json.new");
        fs::write(&unfinished, text).with_context(|| format!("`{}`", unfinished.display()))?;
        return fs::rename(&unfinished, path).with_context(|| format!("`{}`", path.display()));
    }
    let there = fs::read_to_string(path).with_context(|| {
        format!(
            "`{}`: results without it cannot be continued",
            path.display()
        )
    })?;
    let there: Value = serde_json::from_str(&there)
        .with_context(|| format!("`{}` is not a run description", path.display()))?;
    let here = serde_json::to_value(description)?;
    let differs = here
        .as_object()
        .into_iter()
        .flatten()
        .find(|(key, value)| there.get(*key) != Some(*value));
    if let Some((key, value)) = differs {
        let was = there.get(key).unwrap_or(&Value::Null);
        bail!(
            "`{}` holds a run with another `{key}`: {was} there, {value} now; use another --out, or the same \
             settings",
            place.display()
        );
    }
    Ok(())
}

/// The samples of the whole lines, and where these end.
fn read_done(file: &File, path: &Path) -> anyhow::Result<(Vec<Done>, u64)> {
    #[derive(Deserialize)]
    struct Line {
        sample_id: SampleId,
        fault: Option<Fault>,
    }
    let (lines, length) = read_whole_lines::<Line>(file, path, "graded sample")?;
    let done = lines.into_iter().map(|line| Done {
        id: line.sample_id,
        is_lost: line
            .fault
            .is_some_and(|fault| fault.owner == FaultOwner::Infrastructure),
    });
    Ok((done.collect(), length))
}

/// What the whole lines of a file hold, each a `what`, and where they end.
pub(crate) fn read_whole_lines<T: DeserializeOwned>(
    file: &File,
    path: &Path,
    what: &str,
) -> anyhow::Result<(Vec<T>, u64)> {
    let mut reader = BufReader::new(file);
    let (mut done, mut length, mut line) = (Vec::new(), 0, Vec::new());
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line)?;
        if line.last() != Some(&b'\n') {
            return Ok((done, length));
        }
        done.push(serde_json::from_slice(&line).with_context(|| {
            let number = done.len() + 1;
            format!("`{}`, line {number}: not a {what}", path.display())
        })?);
        length += read as u64;
    }
}

/// The graded samples of a run folder, or of a file of them.
pub(crate) fn read_graded(run: &Path) -> anyhow::Result<Vec<Graded>> {
    graded_records(run)?.collect()
}

/// The same, one at a time.
pub(crate) fn graded_records(
    run: &Path,
) -> anyhow::Result<impl Iterator<Item = anyhow::Result<Graded>>> {
    let path = if run.is_dir() {
        run.join("graded.jsonl")
    } else {
        run.to_owned()
    };
    let file = File::open(&path).with_context(|| {
        format!(
            "`{}` cannot be read; a run folder or a file of graded samples is needed",
            path.display()
        )
    })?;
    let lines = BufReader::new(file).lines().enumerate();
    Ok(lines
        .filter(|(_, line)| line.as_ref().map_or(true, |line| !line.trim().is_empty()))
        .map(move |(index, line)| {
            let place = || format!("`{}`, line {}", path.display(), index + 1);
            let line = line.with_context(place)?;
            serde_json::from_str(&line).with_context(|| {
                format!(
                    "{}: not a graded sample; if the run was cut off, run `scrl grade` again to mend it",
                    place()
                )
            })
        }))
}
