//! Counts what a run could leave behind.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What is there; equal before and after a run that left nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Leftovers {
    processes: BTreeSet<String>,
    mounts: BTreeSet<String>,
    groups: BTreeSet<String>,
    descriptors: usize,
    files: BTreeSet<String>,
    ipc: BTreeSet<String>,
}

impl Leftovers {
    /// Looks around. Processes are those below this one and those of the users that programs run as.
    pub(crate) fn count() -> Self {
        Self {
            processes: processes(),
            mounts: lines("/proc/self/mountinfo"),
            groups: groups(),
            descriptors: names("/proc/self/fd").len(),
            files: ["/tmp", "/dev/shm", "/var/tmp"]
                .iter()
                .flat_map(names)
                .filter(|name| name.contains("scrl-attack") || name.contains(&own_prefix()))
                .collect(),
            ipc: ["shm", "sem", "msg"]
                .iter()
                .flat_map(|kind| lines(&format!("/proc/sysvipc/{kind}")))
                .collect(),
        }
    }
}

fn lines(path: &str) -> BTreeSet<String> {
    fs::read_to_string(path)
        .unwrap_or_default()
        .lines()
        .map(str::to_owned)
        .collect()
}

fn names(folder: impl AsRef<Path>) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path().to_string_lossy().into_owned())
        .collect()
}

fn processes() -> BTreeSet<String> {
    let mut below = BTreeSet::from([std::process::id()]);
    let mut found = BTreeSet::new();
    let mut all: Vec<(u32, u32, String)> = names("/proc")
        .iter()
        .filter_map(|path| parse(path))
        .collect();
    all.sort();
    // Parents mostly have lower ids; twice over catches the rest.
    for _ in 0..2 {
        for (pid, parent, name) in &all {
            if below.contains(parent) && below.insert(*pid) {
                found.insert(format!("{pid} {name}"));
            }
        }
    }
    found
}

/// Process id, its parent's, and its name with the user.
fn parse(folder: &str) -> Option<(u32, u32, String)> {
    let status = fs::read_to_string(Path::new(folder).join("status")).ok()?;
    let field = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        line.split_whitespace().next().map(str::to_owned)
    };
    let user: u32 = field("Uid:")?.parse().ok()?;
    let orphan = (61_000..62_000).contains(&user) && field("PPid:")? == "1";
    let parent = if orphan {
        std::process::id()
    } else {
        field("PPid:")?.parse().ok()?
    };
    Some((
        field("Pid:")?.parse().ok()?,
        parent,
        format!("{} {user}", field("Name:")?),
    ))
}

/// How the sandbox names what this process makes; other runs on the machine come and go.
fn own_prefix() -> String {
    format!("scrl-{}-", std::process::id())
}

/// Control groups that this process made.
fn groups() -> BTreeSet<String> {
    let own = own_prefix();
    let mut found = BTreeSet::new();
    let mut folders = names("/sys/fs/cgroup");
    while let Some(folder) = folders.pop() {
        if !Path::new(&folder).is_dir() || Path::new(&folder).is_symlink() {
            continue;
        }
        if folder.contains(&own) {
            found.insert(folder.clone());
        }
        folders.extend(names(&folder));
    }
    found
}
