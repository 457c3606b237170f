//! The root folder a program sees: planned before the fork, built after it.
//!
//! A fresh tmpfs, with the runtime's own folders bound read-only, five devices, the runtime's files, no /proc, and
//! one empty folder where runs with files have them; nothing else is writable. It lives in the zygote's mount namespace alone and goes away with it.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::Runtime;
use crate::folder;

/// Where the runtime's own files lie inside.
pub(crate) const FILES_FOLDER: &str = "/scrl";

/// Any existing folder does to mount the new root on; nothing that is bound into it lies below this one.
pub(crate) const STAGING: &std::ffi::CStr = c"/proc";

/// What every dynamically linked program needs.
const SYSTEM_LIBRARIES: &[&str] = &[
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/etc/ld.so.cache",
];

/// Devices without state.
pub(crate) const DEVICES: &[&str] = &[
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
];

/// One entry of the new root; targets are relative to it.
#[derive(Debug)]
pub(crate) enum Entry {
    Folder(CString),
    Bind {
        source: CString,
        target: CString,
    },
    BindFile {
        source: CString,
        target: CString,
    },
    Device {
        source: CString,
        target: CString,
    },
    Link {
        to: CString,
        target: CString,
    },
    File {
        target: CString,
        contents: Vec<u8>,
    },
    /// A file system in memory, made with these options.
    Private {
        target: CString,
        options: CString,
    },
}

/// What the program may read on the host: existing paths, no path below another.
pub(crate) fn readable(runtime: &Runtime) -> Vec<PathBuf> {
    let system = SYSTEM_LIBRARIES.iter().map(PathBuf::from);
    let wanted: BTreeSet<PathBuf> = system
        .chain(runtime.readable.iter().cloned())
        .chain([runtime.executable.clone()])
        .filter(|path| path.is_absolute() && path.symlink_metadata().is_ok())
        .collect();
    let below_another = |path: &Path| {
        path.ancestors()
            .skip(1)
            .any(|up| wanted.contains(up) && !up.is_symlink())
    };
    wanted
        .iter()
        .filter(|path| !below_another(path))
        .cloned()
        .collect()
}

/// The entries in the order they are made; `owner` is the user and group that programs switch to, if they do.
pub(crate) fn plan(runtime: &Runtime, owner: Option<u32>) -> Vec<Entry> {
    let mut made = BTreeSet::new();
    let mut entries = Vec::new();
    for path in readable(runtime) {
        make_parents(&path, &mut made, &mut entries);
        entries.extend(entry_for(&path, &mut made));
    }
    for device in DEVICES {
        let path = Path::new(device);
        if path.exists() {
            make_parents(path, &mut made, &mut entries);
            entries.push(Entry::Device {
                source: c_path(path),
                target: inside(path),
            });
        }
    }
    make_parents(&Path::new(FILES_FOLDER).join("x"), &mut made, &mut entries);
    for (name, contents) in &runtime.files {
        let target = inside(&Path::new(FILES_FOLDER).join(name));
        entries.push(Entry::File {
            target,
            contents: contents.clone(),
        });
    }
    entries.push(private_folder(owner));
    entries
}

fn private_folder(owner: Option<u32>) -> Entry {
    let its_owner = owner.map_or_else(String::new, |id| format!(",uid={id},gid={id}"));
    let options = format!("size=16m,nr_inodes=1k,mode=700{its_owner}");
    Entry::Private {
        target: inside(Path::new(folder::PLACE)),
        options: CString::new(options).expect("numbers hold no NUL"),
    }
}

fn entry_for(path: &Path, made: &mut BTreeSet<PathBuf>) -> Option<Entry> {
    let (source, target) = (c_path(path), inside(path));
    if let Ok(to) = path.read_link() {
        return Some(Entry::Link {
            to: c_path(&to),
            target,
        });
    }
    if path.is_dir() {
        return made
            .insert(path.to_owned())
            .then_some(Entry::Bind { source, target });
    }
    Some(Entry::BindFile { source, target })
}

fn make_parents(path: &Path, made: &mut BTreeSet<PathBuf>, entries: &mut Vec<Entry>) {
    let mut missing: Vec<&Path> = path
        .ancestors()
        .skip(1)
        .take_while(|up| up.parent().is_some())
        .collect();
    missing.reverse();
    for up in missing {
        if made.insert(up.to_owned()) {
            entries.push(Entry::Folder(inside(up)));
        }
    }
}

/// `path` relative to the new root.
fn inside(path: &Path) -> CString {
    c_path(path.strip_prefix("/").unwrap_or(path))
}

pub(crate) fn c_path(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).expect("paths that exist hold no NUL")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_below_a_bound_one_is_not_bound_again() {
        let runtime = Runtime {
            executable: "/usr/lib/nothing-here".into(),
            readable: vec![
                "/usr/lib".into(),
                "/usr/lib/os-release".into(),
                "/usr".into(),
            ],
            ..Runtime::default()
        };
        assert!(
            !readable(&runtime)
                .iter()
                .any(|path| path.starts_with("/usr/lib"))
        );
        assert!(readable(&runtime).contains(&PathBuf::from("/usr")));
    }

    #[test]
    fn parents_come_before_children() {
        let runtime = Runtime {
            readable: vec!["/dev/shm".into()],
            ..Runtime::default()
        };
        let entries = plan(&runtime, None);
        let made: Vec<String> = entries
            .iter()
            .map(|entry| match entry {
                Entry::Folder(target)
                | Entry::Bind { target, .. }
                | Entry::BindFile { target, .. }
                | Entry::Device { target, .. }
                | Entry::Link { target, .. }
                | Entry::Private { target, .. }
                | Entry::File { target, .. } => target.to_string_lossy().into_owned(),
            })
            .collect();
        let dev = made.iter().position(|path| path == "dev").unwrap();
        assert!(dev < made.iter().position(|path| path == "dev/null").unwrap());
        assert_eq!(made.iter().filter(|path| *path == "dev").count(), 1);
    }
}
