//! What a command has started, and the control groups that it made.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A process, by what stays its own when its number is given to another: number and start time.
pub(crate) type Process = (u32, String);

/// Parent and start time from `/proc/PID/stat`; `None` once it is gone or a zombie.
pub(crate) fn stat(pid: u32) -> Option<(u32, String)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    (fields[0] != "Z").then(|| (fields[1].parse().unwrap(), fields[19].to_owned()))
}

fn children(parents: &BTreeSet<u32>) -> Vec<Process> {
    fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid: u32| {
            stat(pid)
                .filter(|(parent, _)| parents.contains(parent))
                .map(|(_, start)| (pid, start))
        })
        .collect()
}

pub(crate) fn descendants(pid: u32) -> Vec<Process> {
    let mut found: Vec<Process> = Vec::new();
    let mut parents = BTreeSet::from([pid]);
    while !parents.is_empty() {
        let next = children(&parents);
        parents = next.iter().map(|(pid, _)| *pid).collect();
        found.extend(next);
    }
    found
}

/// Control groups of the supervisors in `pids`.
pub(crate) fn groups(folder: &Path, depth: usize, pids: &BTreeSet<u32>, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
    {
        let name = entry.file_name();
        let owner = name
            .to_str()
            .and_then(|name| name.strip_prefix("scrl-")?.split('-').next()?.parse().ok());
        if owner.is_some_and(|pid| pids.contains(&pid)) {
            found.push(entry.path());
        } else if depth > 0 {
            groups(&entry.path(), depth - 1, pids, found);
        }
    }
}
