//! The private folder of a run: filled before it, looked at after it, and emptied.
//!
//! It is a file system in memory that only the zygote's mount namespace has, and the only place where a program can
//! write, in runs that are given one; in all others every attempt is denied before the kernel looks at the path.
//! The supervisor reaches it through `/proc` while no program runs.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, lchown, symlink};
use std::path::{Component, Path, PathBuf};

use libc::{c_int, c_long, pid_t};

/// Where a program finds it.
pub(crate) const PLACE: &str = "/task";

pub(crate) const NOT_REACHED: &str = "the private folder could not be reached";

/// Folders within folders that are looked at; what lies deeper is removed unseen.
const DEEPEST: usize = 12;

/// A file, folder or link of a private folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderEntry {
    /// Relative to the folder.
    pub path: PathBuf,
    /// What it is.
    pub kind: EntryKind,
    /// Its permission bits; a link has none of its own.
    pub mode: u32,
}

/// What an entry of a private folder is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file with these bytes.
    File(Vec<u8>),
    /// A folder.
    Folder,
    /// A symbolic link to this path.
    Link(PathBuf),
}

/// A zygote's private folder, seen from outside.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    device: u64,
}

impl Folder {
    /// The folder of the zygote `pid`, whose root has one.
    pub(crate) fn of(pid: pid_t) -> io::Result<Self> {
        let path = PathBuf::from(format!("/proc/{pid}/root{PLACE}"));
        let device = fs::metadata(&path)?.dev();
        Ok(Self { path, device })
    }

    /// Puts `entries` into it, which belong to the program. Their paths must be relative and without `..`.
    pub(crate) fn fill(&self, entries: &[FolderEntry]) -> io::Result<()> {
        let owner = fs::metadata(&self.path)?;
        for entry in entries {
            let is_plain = |part| matches!(part, Component::Normal(_));
            if !entry.path.components().all(is_plain) {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            let path = self.path.join(&entry.path);
            match &entry.kind {
                EntryKind::File(bytes) => fs::write(&path, bytes)?,
                EntryKind::Folder => fs::create_dir(&path)?,
                EntryKind::Link(to) => symlink(to, &path)?,
            }
            lchown(&path, Some(owner.uid()), Some(owner.gid()))?;
            if !matches!(entry.kind, EntryKind::Link(_)) {
                fs::set_permissions(&path, Permissions::from_mode(entry.mode))?;
            }
        }
        Ok(())
    }

    /// All that is in it, sorted by path. Links are never followed.
    pub(crate) fn entries(&self) -> io::Result<Vec<FolderEntry>> {
        let mut found = Vec::new();
        self.add_entries(Path::new(""), 0, &mut found)?;
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    fn add_entries(
        &self,
        below: &Path,
        depth: usize,
        found: &mut Vec<FolderEntry>,
    ) -> io::Result<()> {
        for entry in fs::read_dir(self.path.join(below))? {
            let path = below.join(entry?.file_name());
            let whole = self.path.join(&path);
            let status = fs::symlink_metadata(&whole)?;
            let mode = status.mode() & 0o7777;
            let kind = if status.is_symlink() {
                EntryKind::Link(fs::read_link(&whole)?)
            } else {
                // Without root the program's own bits hold for the supervisor too.
                fs::set_permissions(&whole, Permissions::from_mode(mode | 0o700))?;
                if status.is_dir() {
                    EntryKind::Folder
                } else {
                    EntryKind::File(fs::read(&whole)?)
                }
            };
            let is_open = kind == EntryKind::Folder && depth < DEEPEST;
            found.push(FolderEntry {
                path: path.clone(),
                kind,
                mode,
            });
            if is_open {
                self.add_entries(&path, depth + 1, found)?;
            }
        }
        Ok(())
    }

    /// Removes all that is in it.
    pub(crate) fn empty(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Whether the call `number` of thread `caller` changes nothing outside the folder, by what it names. Another
    /// thread may change the path meanwhile: the read-only root and Landlock decide, this is for the record.
    pub(crate) fn holds(&self, number: c_long, arguments: [u64; 6], caller: pid_t) -> bool {
        let [a, b, c, d, ..] = arguments;
        let here = libc::AT_FDCWD as u64;
        let is_in = |base: u64, path: u64| self.is_inside(caller, base as c_int, path);
        match number {
            libc::SYS_openat
            | libc::SYS_unlinkat
            | libc::SYS_mkdirat
            | libc::SYS_fchmodat
            | libc::SYS_utimensat => is_in(a, b),
            libc::SYS_truncate => is_in(here, a),
            libc::SYS_fchmod => self.is_below(&format!("/proc/{caller}/fd/{a}")),
            libc::SYS_renameat2 => is_in(a, b) && is_in(c, d),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_open
            | libc::SYS_creat
            | libc::SYS_unlink
            | libc::SYS_mkdir
            | libc::SYS_rmdir
            | libc::SYS_chmod
            | libc::SYS_utime
            | libc::SYS_utimes => is_in(here, a),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_rename => is_in(here, a) && is_in(here, b),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_renameat => is_in(a, b) && is_in(c, d),
            _ => false,
        }
    }

    fn is_inside(&self, caller: pid_t, base: c_int, path: u64) -> bool {
        let base = || match base {
            libc::AT_FDCWD => format!("/proc/{caller}/cwd"),
            fd => format!("/proc/{caller}/fd/{fd}"),
        };
        match path_at(caller, path) {
            // A null path names the descriptor itself.
            None => path == 0 && self.is_below(&base()),
            Some(path) if path.is_absolute() => is_below_place(&path),
            Some(_) => self.is_below(&base()),
        }
    }

    /// Whether what `/proc` shows at `path` lies in the folder.
    fn is_below(&self, path: &str) -> bool {
        fs::metadata(path).is_ok_and(|status| status.dev() == self.device)
    }
}

/// The path that lies at `address` in the memory of thread `caller`.
fn path_at(caller: pid_t, address: u64) -> Option<PathBuf> {
    let mut bytes = vec![0; libc::PATH_MAX as usize];
    let memory = File::open(format!("/proc/{caller}/mem")).ok()?;
    let length = memory.read_at(&mut bytes, address).ok()?;
    bytes.truncate(bytes[..length].iter().position(|byte| *byte == 0)?);
    Some(PathBuf::from(OsString::from_vec(bytes)))
}

/// Whether an absolute path names something in the folder, by its words alone.
fn is_below_place(path: &Path) -> bool {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                parts.pop();
            }
            Component::Normal(name) => parts.push(name),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    parts.len() > 1 && Path::new("/").join(parts[0]) == Path::new(PLACE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_apart_by_their_words() {
        let inside = |path: &str| is_below_place(Path::new(path));
        assert!(inside("/task/a"));
        assert!(inside("//task/./b/../a"));
        assert!(inside("/etc/../task/a"));
        for outside in [
            "/",
            "/task",
            "/task/..",
            "/task/../etc/x",
            "/tasks/a",
            "/a/task/b",
        ] {
            assert!(!inside(outside), "{outside}");
        }
    }
}
