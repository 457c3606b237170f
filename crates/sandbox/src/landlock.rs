//! Landlock: the kernel refuses to open what is not listed. Prepared before the fork, raised after it.

#![allow(unsafe_code)]

use std::ffi::CString;

use libc::c_int;

/// Rights to files, by the version of the interface that brought them.
mod right {
    pub(super) const EXECUTE: u64 = 1 << 0;
    pub(super) const WRITE_FILE: u64 = 1 << 1;
    pub(super) const READ_FILE: u64 = 1 << 2;
    pub(super) const READ_DIR: u64 = 1 << 3;
    pub(super) const REMOVE_DIR: u64 = 1 << 4;
    pub(super) const REMOVE_FILE: u64 = 1 << 5;
    pub(super) const MAKE_DIR: u64 = 1 << 7;
    pub(super) const MAKE_REGULAR: u64 = 1 << 8;
    /// Everything in version 1.
    pub(super) const VERSION_1: u64 = (1 << 13) - 1;
    pub(super) const REFER: u64 = 1 << 13;
    pub(super) const TRUNCATE: u64 = 1 << 14;
    pub(super) const IOCTL_DEVICE: u64 = 1 << 15;
}

const NET_BIND_AND_CONNECT: u64 = 3;
const SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS: u64 = 3;
const RULE_PATH_BENEATH: c_int = 1;

#[repr(C)]
#[derive(Clone, Copy, Debug)]
struct RulesetAttribute {
    files: u64,
    network: u64,
    scoped: u64,
}

#[repr(C, packed)]
struct PathBeneath {
    allowed: u64,
    parent: c_int,
}

/// A ruleset, ready to be raised without allocating.
#[derive(Debug)]
pub(crate) struct Landlock {
    attribute: RulesetAttribute,
    attribute_bytes: usize,
    readable: Vec<CString>,
    devices: Vec<CString>,
    folder: Option<CString>,
}

impl Landlock {
    /// Everything below `readable` may be read and executed, `devices` also written, and in `folder` files and folders
    /// may be made and removed; the paths are looked up when the rules are raised.
    pub(crate) fn new(
        version: u32,
        readable: Vec<CString>,
        devices: Vec<CString>,
        folder: Option<CString>,
    ) -> Self {
        let since = |since: u32, bits: u64| if version >= since { bits } else { 0 };
        let attribute = RulesetAttribute {
            files: right::VERSION_1
                | since(2, right::REFER)
                | since(3, right::TRUNCATE)
                | since(5, right::IOCTL_DEVICE),
            network: since(4, NET_BIND_AND_CONNECT),
            scoped: since(6, SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS),
        };
        let attribute_bytes = match version {
            0..=3 => 8,
            4 | 5 => 16,
            _ => 24,
        };
        Self {
            attribute,
            attribute_bytes,
            readable,
            devices,
            folder,
        }
    }

    /// Raises the rules for this process and all it forks. Async-signal-safe.
    pub(crate) fn raise(&self) -> Result<(), c_int> {
        // SAFETY: the attribute lives for the call; its length is the one this version of the interface knows.
        let ruleset = unsafe {
            libc::syscall(
                libc::SYS_landlock_create_ruleset,
                &raw const self.attribute,
                self.attribute_bytes,
                0,
            )
        } as c_int;
        if ruleset < 0 {
            return Err(errno());
        }
        for path in &self.readable {
            self.allow(
                ruleset,
                path,
                right::EXECUTE | right::READ_FILE | right::READ_DIR,
            )?;
        }
        for path in &self.devices {
            self.allow(ruleset, path, right::READ_FILE | right::WRITE_FILE)?;
        }
        if let Some(folder) = &self.folder {
            let reading = right::READ_FILE | right::READ_DIR;
            let writing = right::WRITE_FILE | right::TRUNCATE | right::MAKE_REGULAR;
            let ordering = right::MAKE_DIR | right::REMOVE_DIR | right::REMOVE_FILE | right::REFER;
            self.allow(ruleset, folder, reading | writing | ordering)?;
        }
        // SAFETY: no pointers.
        if unsafe { libc::syscall(libc::SYS_landlock_restrict_self, ruleset, 0) } < 0 {
            return Err(errno());
        }
        // SAFETY: the descriptor is ours.
        unsafe { libc::close(ruleset) };
        Ok(())
    }

    fn allow(&self, ruleset: c_int, path: &CString, rights: u64) -> Result<(), c_int> {
        // SAFETY: `path` is a C string; the rule lives for the call; the descriptor is closed once.
        unsafe {
            let parent = libc::open(path.as_ptr(), libc::O_PATH | libc::O_CLOEXEC);
            if parent < 0 {
                // What this user cannot reach needs no rule.
                return match errno() {
                    libc::ENOENT | libc::EACCES => Ok(()),
                    errno => Err(errno),
                };
            }
            let mut status: libc::stat = std::mem::zeroed();
            let is_folder = libc::fstat(parent, &raw mut status) == 0
                && status.st_mode & libc::S_IFMT == libc::S_IFDIR;
            let rights = if is_folder {
                rights
            } else {
                rights & !right::READ_DIR
            };
            let rule = PathBeneath {
                allowed: rights & self.attribute.files,
                parent,
            };
            let added = libc::syscall(
                libc::SYS_landlock_add_rule,
                ruleset,
                RULE_PATH_BENEATH,
                &raw const rule,
                0,
            );
            let failure = errno();
            libc::close(parent);
            if added < 0 { Err(failure) } else { Ok(()) }
        }
    }
}

fn errno() -> c_int {
    // SAFETY: the C library's own thread-local.
    unsafe { *libc::__errno_location() }
}
