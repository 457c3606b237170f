//! Control groups, version 1 and 2: memory and threads of a zygote and its children together.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use crate::Limits;

/// What the zygote itself may weigh on top of a program's memory.
const ZYGOTE_ALLOWANCE: u64 = 48 << 20;
/// Names start with this and the supervisor's process id, so that a later run can sweep after a dead one.
const PREFIX: &str = "scrl-";

/// Where groups can be made on this machine.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// The folder of a version 2 hierarchy whose children have the memory and pids controllers.
    Unified(PathBuf),
    /// Folders of the version 1 memory and pids hierarchies.
    Split { memory: PathBuf, pids: PathBuf },
}

impl Place {
    /// Finds where groups can be made, by making one.
    pub(crate) fn find() -> Result<Self, String> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").map_err(|e| e.to_string())?;
        let own = fs::read_to_string("/proc/self/cgroup").map_err(|e| e.to_string())?;
        let place = Self::split(&mounts, &own).or_else(|| Self::unified(&mounts, &own)).ok_or(
            "no cgroup hierarchy with the memory and pids controllers can be written to; run as root, or on \
             a machine or container that delegates one",
        )?;
        Ok(place)
    }

    fn split(mounts: &str, own: &str) -> Option<Self> {
        let folder = |controller: &str| {
            let mount = mount_point(mounts, "cgroup", Some(controller))?;
            first_writable(&mount, &own_path(own, Some(controller))?, |_| true)
        };
        Some(Self::Split {
            memory: folder("memory")?,
            pids: folder("pids")?,
        })
    }

    fn unified(mounts: &str, own: &str) -> Option<Self> {
        let mount = mount_point(mounts, "cgroup2", None)?;
        first_writable(&mount, &own_path(own, None)?, gives_controllers).map(Self::Unified)
    }

    fn folders(&self) -> Vec<&Path> {
        match self {
            Self::Unified(folder) => vec![folder],
            Self::Split { memory, pids } => vec![memory, pids],
        }
    }
}

fn mount_point(mounts: &str, kind: &str, option: Option<&str>) -> Option<PathBuf> {
    mounts.lines().find_map(|line| {
        let (left, right) = line.split_once(" - ")?;
        let mut right = right.split(' ');
        let same_kind = right.next()? == kind;
        let options = right.nth(1)?;
        let has = option.is_none_or(|wanted| options.split(',').any(|option| option == wanted));
        (same_kind && has).then(|| PathBuf::from(left.split(' ').nth(4).unwrap_or_default()))
    })
}

fn own_path(own: &str, controller: Option<&str>) -> Option<PathBuf> {
    own.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let controllers = parts.next()?;
        let matches = match controller {
            Some(wanted) => controllers.split(',').any(|name| name == wanted),
            None => controllers.is_empty(),
        };
        matches.then(|| PathBuf::from(parts.next().unwrap_or("/").trim_start_matches('/')))
    })
}

/// The folder of our own group or the nearest one above it in which a child can be made.
fn first_writable(mount: &Path, own: &Path, usable: fn(&Path) -> bool) -> Option<PathBuf> {
    own.ancestors().map(|up| mount.join(up)).find(|folder| {
        let probe = folder.join(format!("{PREFIX}{}-probe", std::process::id()));
        usable(folder) && fs::create_dir(&probe).is_ok() && fs::remove_dir(&probe).is_ok()
    })
}

/// Whether children of a version 2 group have the controllers, after asking for them.
fn gives_controllers(folder: &Path) -> bool {
    let file = folder.join("cgroup.subtree_control");
    let has = || {
        fs::read_to_string(&file).is_ok_and(|text| {
            ["memory", "pids"]
                .iter()
                .all(|name| text.split_whitespace().any(|given| given == *name))
        })
    };
    // A group with processes of its own refuses; then a group above it is tried.
    has() || (fs::write(&file, "+memory +pids").is_ok() && has())
}

/// One group; removed when dropped, after its processes have ended.
#[derive(Debug)]
pub(crate) struct Group {
    unified: bool,
    folders: Vec<PathBuf>,
    /// Counts the processes that were killed for want of memory. It can be read as long as the group is there.
    kills: Option<File>,
}

impl Group {
    /// Makes the group and sets its limits.
    pub(crate) fn create(place: &Place, name: &str, limits: &Limits) -> io::Result<Self> {
        let name = format!("{PREFIX}{}-{name}", std::process::id());
        let folders: Vec<PathBuf> = place
            .folders()
            .iter()
            .map(|folder| folder.join(&name))
            .collect();
        let mut group = Self {
            unified: matches!(place, Place::Unified(_)),
            folders,
            kills: None,
        };
        for folder in &group.folders {
            fs::create_dir(folder)?;
        }
        group.limit(limits)?;
        let counter = if group.unified {
            "memory.events"
        } else {
            "memory.oom_control"
        };
        group.kills = Some(File::open(group.folders[0].join(counter))?);
        Ok(group)
    }

    fn limit(&self, limits: &Limits) -> io::Result<()> {
        let memory = (limits.memory + ZYGOTE_ALLOWANCE).to_string();
        // The zygote and the program's main thread count too.
        let tasks = (u64::from(limits.threads) + 2).to_string();
        if self.unified {
            fs::write(self.folders[0].join("memory.max"), memory)?;
            write_if_there(&self.folders[0].join("memory.swap.max"), "0")?;
            fs::write(self.folders[0].join("pids.max"), tasks)
        } else {
            fs::write(self.folders[0].join("memory.limit_in_bytes"), &memory)?;
            write_if_there(
                &self.folders[0].join("memory.memsw.limit_in_bytes"),
                &memory,
            )?;
            fs::write(self.folders[1].join("pids.max"), tasks)
        }
    }

    /// Puts a process into the group.
    pub(crate) fn add(&self, pid: libc::pid_t) -> io::Result<()> {
        self.folders
            .iter()
            .try_for_each(|folder| fs::write(folder.join("cgroup.procs"), pid.to_string()))
    }

    /// How many processes the kernel has killed here for want of memory; an error when the group is gone.
    pub(crate) fn memory_kills(&self) -> io::Result<u64> {
        let mut bytes = [0; 512];
        let length = match &self.kills {
            Some(counter) => counter.read_at(&mut bytes, 0)?,
            None => 0,
        };
        let text = String::from_utf8_lossy(&bytes[..length]);
        Ok(text
            .lines()
            .find_map(|line| line.strip_prefix("oom_kill ")?.trim().parse().ok())
            .unwrap_or(0))
    }
}

fn write_if_there(path: &Path, text: &str) -> io::Result<()> {
    if path.exists() {
        fs::write(path, text)
    } else {
        Ok(())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for folder in &self.folders {
            remove(folder);
        }
    }
}

/// Removes an empty group; the kernel may need a moment after its last process is gone. One that stays is swept
/// by the next run.
fn remove(folder: &Path) {
    for _ in 0..200 {
        match fs::remove_dir(folder) {
            Err(error) if error.raw_os_error() == Some(libc::EBUSY) => {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            _ => return,
        }
    }
}

/// Removes groups of supervisors that are gone (killed, say), and what still runs in them.
pub(crate) fn sweep(place: &Place) {
    for folder in place.folders() {
        let Ok(entries) = fs::read_dir(folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let owner = name.to_str().and_then(|name| {
                name.strip_prefix(PREFIX)?
                    .split('-')
                    .next()?
                    .parse::<u32>()
                    .ok()
            });
            if owner.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
                remove(&entry.path());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_and_own_groups_are_read() {
        let mounts = "30 24 0:26 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n\
                      31 24 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
        let own = "4:memory:/a/b\n8:pids,cpu:/\n0::/user.slice\n";
        assert_eq!(
            mount_point(mounts, "cgroup", Some("memory")),
            Some("/sys/fs/cgroup/memory".into())
        );
        assert_eq!(mount_point(mounts, "cgroup", Some("pids")), None);
        assert_eq!(
            mount_point(mounts, "cgroup2", None),
            Some("/sys/fs/cgroup/unified".into())
        );
        assert_eq!(own_path(own, Some("memory")), Some("a/b".into()));
        assert_eq!(own_path(own, Some("pids")), Some("".into()));
        assert_eq!(own_path(own, None), Some("user.slice".into()));
    }
}
