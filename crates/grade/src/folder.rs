//! A problem's private files, made ready once for all runs.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use scrl_record::{FaultOwner, FileContents, Problem};
use scrl_sandbox::{EntryKind, FolderEntry, Limits, Worker};

use crate::harness::{self, Task};

/// Makes a database of the script on standard input. It is ours, and runs in the sandbox like everything else.
const BUILDER: &str = "\
import sqlite3
import sys

database = sqlite3.connect('/task/database')
database.executescript(sys.stdin.read())
database.commit()
database.close()
";

/// What the builder leaves behind.
const DATABASE: &str = "database";

/// More than this would not fit into the folder with what a program writes there.
const MOST_BYTES: usize = 8 << 20;

/// Why a problem's files cannot be made.
#[derive(Debug)]
pub(crate) struct Unready {
    pub(crate) owner: FaultOwner,
    pub(crate) reason: String,
}

/// The entries of the private folder of `problem`, folders first.
pub(crate) fn entries(
    problem: &Problem,
    worker: &mut Worker,
    limits: &Limits,
) -> Result<Vec<FolderEntry>, Unready> {
    let mut folders = BTreeSet::new();
    let mut files = Vec::new();
    let mut bytes = 0;
    for file in &problem.files {
        let wrong = |why: &str| Unready {
            owner: FaultOwner::Problem,
            reason: format!("file `{}` of the problem: {why}", file.path),
        };
        let path = Path::new(&file.path);
        let is_plain = |part| matches!(part, Component::Normal(_));
        if file.path.is_empty() || file.path.contains('\0') || !path.components().all(is_plain) {
            return Err(wrong("its path must be relative, without `.` and `..`"));
        }
        let above = path.ancestors().skip(1);
        let above = above.filter(|up| !up.as_os_str().is_empty());
        folders.extend(above.map(Path::to_path_buf));
        let kind = match &file.contents {
            FileContents::Text(text) => EntryKind::File(text.clone().into_bytes()),
            FileContents::Hex(digits) => EntryKind::File(
                decoded(digits).ok_or_else(|| wrong("its `hex` is not hexadecimal"))?,
            ),
            FileContents::Sql(script) => EntryKind::File(database(script, worker, limits, &wrong)?),
            FileContents::Link(to) => EntryKind::Link(PathBuf::from(to)),
            FileContents::Folder(_) => {
                folders.insert(path.to_owned());
                continue;
            }
        };
        if let EntryKind::File(contents) = &kind {
            bytes += contents.len();
        }
        if bytes > MOST_BYTES {
            return Err(wrong("the files together are larger than 8 MiB"));
        }
        files.push(FolderEntry {
            path: path.to_owned(),
            kind,
            mode: 0o644,
        });
    }
    let folder = |path| FolderEntry {
        path,
        kind: EntryKind::Folder,
        mode: 0o755,
    };
    // A folder sorts before what is in it.
    Ok(folders.into_iter().map(folder).chain(files).collect())
}

fn database(
    script: &str,
    worker: &mut Worker,
    limits: &Limits,
    wrong: &dyn Fn(&str) -> Unready,
) -> Result<Vec<u8>, Unready> {
    let task = Task::Script {
        stdin: script,
        call: None,
    };
    let (ran, left) =
        harness::run_in_folder(worker, BUILDER.into(), task, &[], limits).map_err(|error| {
            Unready {
                owner: FaultOwner::Infrastructure,
                reason: error.to_string(),
            }
        })?;
    if let Some(raised) = &ran.raised {
        return Err(wrong(&format!("its `sql` fails: {}", raised.describe())));
    }
    let is_database = |entry: &FolderEntry| entry.path == Path::new(DATABASE);
    match left.into_iter().find(is_database).map(|entry| entry.kind) {
        Some(EntryKind::File(bytes)) if ran.ended_well() => Ok(bytes),
        _ => Err(wrong("its `sql` makes no database")),
    }
}

fn decoded(digits: &str) -> Option<Vec<u8>> {
    let digits: String = digits.split_whitespace().collect();
    let pairs = digits.as_bytes().chunks(2);
    let pair = |pair: &[u8]| {
        let is_pair = pair.len() == 2 && pair.iter().all(u8::is_ascii_hexdigit);
        let text = std::str::from_utf8(pair).ok().filter(|_| is_pair)?;
        u8::from_str_radix(text, 16).ok()
    };
    pairs.map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_is_read_strictly() {
        assert_eq!(decoded("00 fF\n10"), Some(vec![0, 255, 16]));
        assert_eq!(decoded(""), Some(vec![]));
        for wrong in ["0", "0g", "+1", "é0"] {
            assert_eq!(decoded(wrong), None, "{wrong}");
        }
    }
}
