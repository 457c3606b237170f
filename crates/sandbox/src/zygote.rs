//! A runtime started once behind its walls, waiting to be forked.

use std::cell::Cell;
use std::ffi::CString;
use std::fs;
use std::io;
use std::ops::Range;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use libc::pid_t;

use crate::cgroup::Group;
use crate::error::Error;
use crate::files::RunFiles;
use crate::folder::{self, Folder};
use crate::host::Host;
use crate::jail::{self, Identity, Plan};
use crate::landlock::Landlock;
use crate::limits::Limits;
use crate::runtime::{Argument, Runtime};
use crate::walls::Wall;
use crate::{filter, large_pages, root, sys};

const NO_PAIR: &str = "a socket pair could not be made";

/// How long a runtime may take to start; interpreters on a loaded machine with a cold disk take seconds.
const START_TIME: Duration = Duration::from_mins(1);

/// The user and group ids that programs get; each zygote has one of them.
pub(crate) const PROGRAM_IDS: Range<u32> = 61_000..62_000;

/// Descriptors a program may have open.
pub(crate) const DESCRIPTORS: u64 = 128;

static STARTED: AtomicU32 = AtomicU32::new(0);

/// A running zygote; ended and reaped when dropped.
#[derive(Debug)]
pub(crate) struct Zygote {
    pub(crate) pid: pid_t,
    pub(crate) control: OwnedFd,
    /// Where each child says once that it is there.
    pub(crate) hello: OwnedFd,
    /// Of its runs.
    pub(crate) files: RunFiles,
    /// Where denied calls arrive.
    pub(crate) listener: Option<OwnedFd>,
    handle: OwnedFd,
    /// Processes that the kernel had killed for want of memory when that was last looked at.
    pub(crate) memory_kills: Cell<u64>,
    /// Whether its last run left processes behind.
    pub(crate) has_strays: Cell<bool>,
    /// Where runs with files have them; absent where there is no root of its own, or no filter that keeps the others
    /// from writing there.
    pub(crate) folder: Option<Folder>,
    // Last, so that it is removed after the processes in it have ended.
    pub(crate) group: Option<Group>,
}

impl Zygote {
    /// Starts `runtime` behind the walls that `host` offers.
    pub(crate) fn start(host: &Host, runtime: &Runtime, limits: &Limits) -> Result<Self, Error> {
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let has_own_root = host.namespaces != 0;
        let folder = if has_own_root {
            None
        } else {
            Some(FilesFolder::create(number, runtime)?)
        };
        let plan = plan(
            host,
            runtime,
            number,
            folder.as_ref().map(|f| f.0.as_path()),
        );
        let (control, other) = sys::socket_pair().map_err(Error::system(NO_PAIR))?;
        let (hello, theirs) = sys::naming_socket_pair().map_err(Error::system(NO_PAIR))?;
        let files = RunFiles::create().map_err(Error::system("a memory file could not be made"))?;
        let group = match &host.cgroup {
            Some(place) => Some(
                Group::create(place, &number.to_string(), limits)
                    .map_err(Error::system("the control group could not be made"))?,
            ),
            None => None,
        };
        let jailed = jail::fork(&plan, &other)?;
        drop(other);
        let mut zygote = Self {
            pid: jailed.pid,
            handle: sys::pidfd(jailed.pid).map_err(Error::system("the zygote is gone"))?,
            control,
            hello,
            files,
            listener: None,
            memory_kills: Cell::new(0),
            has_strays: Cell::new(false),
            folder: None,
            group,
        };
        if let Some(group) = &zygote.group {
            group.add(jailed.pid).map_err(Error::system(
                "the zygote could not be put into its control group",
            ))?;
        }
        jailed.go(START_TIME)?;
        zygote.expect_answer(b'R')?;
        zygote.send(b"F", &zygote.files.descriptors(&theirs))?;
        if let Some(message) = large_pages::message(zygote.pid) {
            zygote.send(&message, &[])?;
        }
        if !host.walls.stands(Wall::Landlock) {
            // Landlock keeps programs from each other's memory; without it the kernel's own rule must.
            zygote.send(b"M", &[])?;
        }
        if host.walls.stands(Wall::Seccomp) {
            zygote.install_filter()?;
            if has_own_root {
                let found = Folder::of(zygote.pid);
                zygote.folder = Some(found.map_err(Error::system(folder::NOT_REACHED))?);
            }
        }
        Ok(zygote)
    }

    /// Processes of its control group, if it has one, that the kernel has killed for want of memory. An error when
    /// the group is gone, and memory and threads with it are without limit.
    pub(crate) fn count_memory_kills(&self) -> Result<Option<u64>, Error> {
        let kills = self.group.as_ref().map(Group::memory_kills).transpose();
        kills.map_err(Error::system("the control group is gone"))
    }

    fn install_filter(&mut self) -> Result<(), Error> {
        let mut message = vec![b'S'];
        message.extend(filter::program());
        self.send(&message, &[])?;
        self.listener = self.expect_answer(b'L')?;
        if self.listener.is_none() {
            // The kernel drops a descriptor for which this process has no room.
            let no_room = io::Error::from_raw_os_error(libc::EMFILE);
            return Err(Error::system("the filter's descriptor did not arrive")(
                no_room,
            ));
        }
        Ok(())
    }

    fn send(&self, message: &[u8], descriptors: &[RawFd]) -> Result<(), Error> {
        sys::send(&self.control, message, descriptors)
            .map_err(Error::system("the zygote does not listen"))
    }

    fn expect_answer(&self, kind: u8) -> Result<Option<OwnedFd>, Error> {
        let [ready] = sys::wait_readable([self.control.as_raw_fd()], START_TIME)
            .map_err(Error::system("waiting for the runtime"))?;
        if !ready {
            return Err(Error::Start(format!(
                "no answer within {} s",
                START_TIME.as_secs()
            )));
        }
        let received =
            sys::receive(&self.control).map_err(Error::system("the runtime's answer"))?;
        match received.bytes[..] {
            [first] if first == kind => Ok(received.fd),
            [b'E', a, b, c, d] => Err(Error::Raise {
                step: "installing the seccomp filter".to_owned(),
                source: io::Error::from_raw_os_error(i32::from_ne_bytes([a, b, c, d])),
            }),
            [] => Err(Error::Start(
                "it ended before it could serve; does it run by itself?".into(),
            )),
            _ => Err(Error::Start("it gave an answer that makes no sense".into())),
        }
    }
}

impl Drop for Zygote {
    fn drop(&mut self) {
        // Killing the first process of a process namespace kills the rest of it.
        if sys::kill(&self.handle).is_ok() {
            // Calls that still wait for an answer fail, instead of keeping their process.
            drop(self.listener.take());
            sys::reap(self.pid);
        }
    }
}

/// The runtime's own files on the host, where there is no root of its own to hold them; removed when dropped,
/// which is as soon as the runtime has loaded them.
#[derive(Debug)]
struct FilesFolder(PathBuf);

impl FilesFolder {
    fn create(number: u32, runtime: &Runtime) -> Result<Self, Error> {
        let failed = || Error::system("the runtime's files could not be written below /tmp");
        let path = PathBuf::from(format!("/tmp/scrl-{}-{number}", std::process::id()));
        fs::create_dir(&path).map_err(failed())?;
        let folder = Self(path);
        fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o755)).map_err(failed())?;
        for (name, contents) in &runtime.files {
            let file = folder.0.join(name);
            fs::write(&file, contents).map_err(failed())?;
            fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).map_err(failed())?;
        }
        Ok(folder)
    }
}

impl Drop for FilesFolder {
    fn drop(&mut self) {
        // A folder that stays is harmless: it holds the runtime's own files only.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn plan(host: &Host, runtime: &Runtime, number: u32, folder: Option<&Path>) -> Plan {
    let files = folder.unwrap_or(Path::new(root::FILES_FOLDER));
    let identity = if host.walls.stands(Wall::UserSwitch) {
        Identity::Switch(PROGRAM_IDS.start + number % PROGRAM_IDS.len() as u32)
    } else if host.namespaces & libc::CLONE_NEWUSER != 0 {
        Identity::Map {
            uid: sys::effective_uid(),
            gid: sys::effective_gid(),
        }
    } else {
        Identity::Keep
    };
    let owner = match identity {
        Identity::Switch(id) => Some(id),
        Identity::Map { .. } | Identity::Keep => None,
    };
    let text = |argument: &Argument| match argument {
        Argument::Text(text) => c_string(text.as_bytes()),
        Argument::File(name) => root::c_path(&files.join(name)),
    };
    Plan {
        namespaces: host.namespaces,
        identity,
        root: folder.is_none().then(|| root::plan(runtime, owner)),
        landlock: host
            .landlock_version
            .map(|version| landlock(version, runtime, folder)),
        executable: root::c_path(&runtime.executable),
        arguments: std::iter::once(c_string(runtime.argv0.as_os_str().as_bytes()))
            .chain(runtime.arguments.iter().map(text))
            .collect(),
        environment: runtime
            .environment
            .iter()
            .map(|pair| c_string(pair.as_bytes()))
            .collect(),
        descriptors: DESCRIPTORS,
    }
}

fn landlock(version: u32, runtime: &Runtime, outside: Option<&Path>) -> Landlock {
    let readable = match outside {
        None => vec![c"/".to_owned()],
        Some(folder) => root::readable(runtime)
            .iter()
            .map(PathBuf::as_path)
            .chain([folder])
            .map(root::c_path)
            .collect(),
    };
    let devices = root::DEVICES
        .iter()
        .map(|device| root::c_path(Path::new(device)))
        .collect();
    let private = outside
        .is_none()
        .then(|| root::c_path(Path::new(folder::PLACE)));
    Landlock::new(version, readable, devices, private)
}

fn c_string(bytes: &[u8]) -> CString {
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    CString::new(&bytes[..end]).expect("cut before the first NUL")
}
