//! From a fork of the supervisor to the runtime behind its walls.
//!
//! Everything is prepared by the supervisor; between the fork and the exec nothing allocates, because another
//! thread of the supervisor may have held the allocator's lock at the fork.

#![allow(unsafe_code)]

use std::ffi::{CStr, CString};
use std::io::{self, Read};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::ptr;
use std::time::Duration;

use libc::{c_char, c_int, c_ulong, pid_t};

use crate::error::Error;
use crate::inherited;
use crate::landlock::Landlock;
use crate::root::{Entry, STAGING};
use crate::runtime::Runtime;
use crate::sys;

/// Who the program is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Identity {
    /// Switched to from root; also the group.
    Switch(u32),
    /// Mapped in a user namespace to the supervisor's own user and group.
    Map { uid: u32, gid: u32 },
    /// The supervisor's own.
    Keep,
}

/// Inside a user namespace the program is nobody.
const MAPPED_UID: u32 = 65_534;

/// Everything the new process needs, ready made.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) namespaces: c_int,
    pub(crate) identity: Identity,
    /// Entries of a root of its own; `None` keeps the host's.
    pub(crate) root: Option<Vec<Entry>>,
    pub(crate) landlock: Option<Landlock>,
    pub(crate) executable: CString,
    pub(crate) arguments: Vec<CString>,
    pub(crate) environment: Vec<CString>,
    /// Descriptors that may be open.
    pub(crate) descriptors: u64,
}

/// A step between fork and exec, for the message when it fails.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
enum Step {
    Wait,
    UserMap,
    Mounts,
    NewRoot,
    RootEntry,
    Pivot,
    Limits,
    Identity,
    NoNewPrivileges,
    Landlock,
    Descriptors,
    Exec,
}

impl Step {
    const ALL: [Step; 12] = [
        Step::Wait,
        Step::UserMap,
        Step::Mounts,
        Step::NewRoot,
        Step::RootEntry,
        Step::Pivot,
        Step::Limits,
        Step::Identity,
        Step::NoNewPrivileges,
        Step::Landlock,
        Step::Descriptors,
        Step::Exec,
    ];

    fn words(self) -> &'static str {
        match self {
            Step::Wait => "waiting for the control group",
            Step::UserMap => "mapping the user into its namespace",
            Step::Mounts => "making mounts private",
            Step::NewRoot => "mounting the new root",
            Step::RootEntry => "filling the new root",
            Step::Pivot => "changing to the new root",
            Step::Limits => "setting resource limits",
            Step::Identity => "switching the user",
            Step::NoNewPrivileges => "giving up privileges",
            Step::Landlock => "raising Landlock",
            Step::Descriptors => "closing descriptors",
            Step::Exec => "starting the runtime",
        }
    }
}

type StepResult = Result<(), (Step, c_int)>;

/// A process that has been forked and waits for [`Jailed::go`].
#[derive(Debug)]
pub(crate) struct Jailed {
    pub(crate) pid: pid_t,
    go: OwnedFd,
    status: OwnedFd,
}

/// Forks a process that will enter `plan` once told to. `control` becomes its descriptor 3.
pub(crate) fn fork(plan: &Plan, control: &OwnedFd) -> Result<Jailed, Error> {
    let (go_reader, go) = sys::pipe().map_err(Error::system("a pipe could not be made"))?;
    let (status, status_writer) = sys::pipe().map_err(Error::system("a pipe could not be made"))?;
    let pointers = |strings: &[CString]| -> Vec<*const c_char> {
        strings
            .iter()
            .map(|s| s.as_ptr())
            .chain([ptr::null()])
            .collect()
    };
    let arguments = pointers(&plan.arguments);
    let environment = pointers(&plan.environment);
    // SAFETY: a fork-like clone; the child runs `enter`, which neither allocates nor takes locks, and never
    // returns.
    let pid = unsafe {
        let flags = plan.namespaces | libc::SIGCHLD;
        let pid = libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) as pid_t;
        if pid == 0 {
            let fds = Fds {
                control: control.as_raw_fd(),
                go: go_reader.as_raw_fd(),
                status: status_writer.as_raw_fd(),
            };
            let Err((step, errno)) = enter(plan, &arguments, &environment, &fds);
            let report = [step as u8, errno as u8];
            libc::write(fds.status, report.as_ptr().cast(), report.len());
            libc::_exit(126);
        }
        pid
    };
    if pid < 0 {
        let source = io::Error::last_os_error();
        return Err(Error::Raise {
            step: "making the process".to_owned(),
            source,
        });
    }
    Ok(Jailed { pid, go, status })
}

impl Jailed {
    /// Lets the process go on; returns once the runtime has been started, or with the step that failed.
    pub(crate) fn go(self, patience: Duration) -> Result<(), Error> {
        let mut report = Vec::new();
        {
            let mut go = std::fs::File::from(self.go);
            io::Write::write_all(&mut go, b"g")
                .map_err(Error::system("the new process is gone"))?;
        }
        let [answered] = sys::wait_readable([self.status.as_raw_fd()], patience)
            .map_err(Error::system("waiting for the new process"))?;
        if !answered {
            return Err(Error::Start("its walls were not up in time".to_owned()));
        }
        std::fs::File::from(self.status)
            .read_to_end(&mut report)
            .map_err(Error::system("the new process gives no answer"))?;
        match report[..] {
            [step, errno] => Err(Error::Raise {
                step: Step::ALL[usize::from(step)].words().to_owned(),
                source: io::Error::from_raw_os_error(i32::from(errno)),
            }),
            _ => Ok(()),
        }
    }
}

struct Fds {
    control: RawFd,
    go: RawFd,
    status: RawFd,
}

fn last_errno() -> c_int {
    // SAFETY: the C library's own thread-local.
    unsafe { *libc::__errno_location() }
}

fn check(step: Step, result: c_int) -> StepResult {
    if result < 0 {
        Err((step, last_errno()))
    } else {
        Ok(())
    }
}

/// The child's way in. Returns only when a step failed.
///
/// # Safety
/// Runs in a fresh fork, single-threaded; the argument vectors end with null.
unsafe fn enter(
    plan: &Plan,
    arguments: &[*const c_char],
    environment: &[*const c_char],
    fds: &Fds,
) -> Result<std::convert::Infallible, (Step, c_int)> {
    // SAFETY: system calls on data that was prepared before the fork and lives until the exec.
    unsafe {
        close_others(fds)?;
        let mut byte = 0u8;
        if libc::read(fds.go, (&raw mut byte).cast(), 1) != 1 {
            return Err((Step::Wait, libc::EPIPE));
        }
        reset_signals();
        if let Identity::Map { uid, gid } = plan.identity {
            map_user(uid, gid)?;
        }
        if let Some(entries) = &plan.root {
            build_root(entries)?;
        } else {
            check(Step::NewRoot, libc::chdir(c"/".as_ptr()))?;
        }
        set_limits()?;
        switch_identity(plan.identity)?;
        check(
            Step::NoNewPrivileges,
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0),
        )?;
        check(
            Step::NoNewPrivileges,
            libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        )?;
        if let Some(landlock) = &plan.landlock {
            landlock.raise().map_err(|errno| (Step::Landlock, errno))?;
        }
        // The same addresses every time: programs that order by them behave the same every time.
        libc::personality(libc::ADDR_NO_RANDOMIZE as c_ulong);
        place_descriptors(fds)?;
        // Lowered only now: a supervisor with many workers has more of them open.
        limit(libc::RLIMIT_NOFILE, plan.descriptors, plan.descriptors)?;
        libc::execve(
            plan.executable.as_ptr(),
            arguments.as_ptr(),
            environment.as_ptr(),
        );
        Err((Step::Exec, last_errno()))
    }
}

/// Only the supervisor may hold the writing end of what is waited on, or its going away would not be noticed: two processes
/// forked at the same time would hold each other's, and whatever else it had open, such as the lock of a run.
unsafe fn close_others(fds: &Fds) -> StepResult {
    let mut kept = [fds.control, fds.go, fds.status];
    kept.sort_unstable();
    let mut first = 3;
    for fd in kept.map(|fd| fd as u32).into_iter().chain([u32::MAX]) {
        if first < fd {
            let last = if fd == u32::MAX { fd } else { fd - 1 };
            // SAFETY: descriptors of this process, none of which is used again.
            let closed = unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
            check(Step::Descriptors, closed as c_int)?;
        }
        first = fd.saturating_add(1).max(3);
    }
    Ok(())
}

unsafe fn reset_signals() {
    // SAFETY: an empty set and default actions; failures on signals that cannot be changed do not matter.
    unsafe {
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, ptr::null_mut());
        // Not the C library's function: it may take a lock. All zero is the default action, no flags, no mask.
        let default_action = [0u64; 4];
        for signal in 1..=31 {
            let none = ptr::null::<u64>();
            libc::syscall(
                libc::SYS_rt_sigaction,
                signal,
                default_action.as_ptr(),
                none,
                8usize,
            );
        }
        libc::setsid();
        libc::umask(0o077);
    }
}

unsafe fn map_user(uid: u32, gid: u32) -> StepResult {
    // SAFETY: writes short buffers on the stack.
    unsafe {
        write_file(c"/proc/self/setgroups", b"deny")?;
        let mut line = [0u8; 40];
        let length = map_line(uid, &mut line);
        write_file(c"/proc/self/uid_map", &line[..length])?;
        let length = map_line(gid, &mut line);
        write_file(c"/proc/self/gid_map", &line[..length])
    }
}

/// `65534 <id> 1`, without allocating.
fn map_line(id: u32, line: &mut [u8; 40]) -> usize {
    struct Cursor<'a>(&'a mut [u8; 40], usize);
    impl std::fmt::Write for Cursor<'_> {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            let end = self.1 + text.len();
            self.0
                .get_mut(self.1..end)
                .ok_or(std::fmt::Error)?
                .copy_from_slice(text.as_bytes());
            self.1 = end;
            Ok(())
        }
    }
    let mut cursor = Cursor(line, 0);
    std::fmt::Write::write_fmt(&mut cursor, format_args!("{MAPPED_UID} {id} 1"))
        .expect("three numbers fit");
    cursor.1
}

unsafe fn write_file(path: &CStr, bytes: &[u8]) -> StepResult {
    // SAFETY: a C string and a buffer with its length.
    unsafe {
        let fd = libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
        check(Step::UserMap, fd)?;
        let written = libc::write(fd, bytes.as_ptr().cast(), bytes.len());
        let errno = last_errno();
        libc::close(fd);
        if written == bytes.len() as isize {
            Ok(())
        } else {
            Err((Step::UserMap, errno))
        }
    }
}

unsafe fn build_root(entries: &[Entry]) -> StepResult {
    // SAFETY: C strings prepared before the fork; a null source or data is allowed where given.
    unsafe {
        let private = libc::MS_REC | libc::MS_PRIVATE;
        let none = ptr::null();
        check(
            Step::Mounts,
            libc::mount(none, c"/".as_ptr(), none, private, ptr::null()),
        )?;
        let flags = libc::MS_NOSUID | libc::MS_NODEV;
        let data = c"size=1m,nr_inodes=4k,mode=755".as_ptr().cast();
        let tmpfs = c"tmpfs".as_ptr();
        check(
            Step::NewRoot,
            libc::mount(tmpfs, STAGING.as_ptr(), tmpfs, flags, data),
        )?;
        check(Step::NewRoot, libc::chdir(STAGING.as_ptr()))?;
        libc::umask(0o022);
        for entry in entries {
            make_entry(entry)?;
        }
        let remount = libc::MS_REMOUNT | libc::MS_BIND | libc::MS_RDONLY | flags;
        check(
            Step::NewRoot,
            libc::mount(none, c".".as_ptr(), none, remount, ptr::null()),
        )?;
        let here = c".".as_ptr();
        check(
            Step::Pivot,
            libc::syscall(libc::SYS_pivot_root, here, here) as c_int,
        )?;
        check(Step::Pivot, libc::umount2(here, libc::MNT_DETACH))?;
        check(Step::Pivot, libc::chdir(c"/".as_ptr()))
    }
}

unsafe fn make_entry(entry: &Entry) -> StepResult {
    let step = |result| check(Step::RootEntry, result);
    // SAFETY: C strings and buffers prepared before the fork.
    unsafe {
        match entry {
            Entry::Folder(target) => step(libc::mkdir(target.as_ptr(), 0o755)),
            Entry::Link { to, target } => step(libc::symlink(to.as_ptr(), target.as_ptr())),
            Entry::File { target, contents } => make_file(target, contents),
            Entry::Bind { source, target } => {
                step(libc::mkdir(target.as_ptr(), 0o755))?;
                bind(source, target)?;
                make_read_only(target)
            }
            Entry::BindFile { source, target } => {
                make_file(target, b"")?;
                bind(source, target)?;
                make_read_only(target)
            }
            Entry::Device { source, target } => {
                make_file(target, b"")?;
                bind(source, target)
            }
            Entry::Private { target, options } => {
                step(libc::mkdir(target.as_ptr(), 0o700))?;
                let flags = libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC;
                let (kind, options) = (c"tmpfs".as_ptr(), options.as_ptr().cast());
                step(libc::mount(kind, target.as_ptr(), kind, flags, options))
            }
        }
    }
}

unsafe fn bind(source: &CStr, target: &CStr) -> StepResult {
    let flags = libc::MS_BIND | libc::MS_REC;
    // SAFETY: C strings; file system type and data are ignored for binds.
    check(Step::RootEntry, unsafe {
        libc::mount(
            source.as_ptr(),
            target.as_ptr(),
            ptr::null(),
            flags,
            ptr::null(),
        )
    })
}

#[repr(C)]
struct MountAttribute {
    set: u64,
    clear: u64,
    propagation: u64,
    user_namespace: u64,
}

/// Read-only with everything mounted below it.
unsafe fn make_read_only(target: &CStr) -> StepResult {
    const RDONLY_NOSUID_NODEV: u64 = 1 | 2 | 4;
    const AT_RECURSIVE: c_int = 0x8000;
    let attribute = MountAttribute {
        set: RDONLY_NOSUID_NODEV,
        clear: 0,
        propagation: 0,
        user_namespace: 0,
    };
    // SAFETY: the attribute lives for the call and has the stated size.
    check(Step::RootEntry, unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            target.as_ptr(),
            AT_RECURSIVE,
            &raw const attribute,
            size_of::<MountAttribute>(),
        ) as c_int
    })
}

unsafe fn make_file(target: &CStr, contents: &[u8]) -> StepResult {
    // SAFETY: a C string and a buffer with its length.
    unsafe {
        let fd = libc::open(
            target.as_ptr(),
            libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL,
            0o444,
        );
        check(Step::RootEntry, fd)?;
        let mut rest = contents;
        while !rest.is_empty() {
            let written = libc::write(fd, rest.as_ptr().cast(), rest.len());
            check(Step::RootEntry, written as c_int)?;
            rest = &rest[written as usize..];
        }
        check(Step::RootEntry, libc::close(fd))
    }
}

fn limit(resource: libc::__rlimit_resource_t, soft: u64, hard: u64) -> StepResult {
    let limit = libc::rlimit {
        rlim_cur: soft,
        rlim_max: hard,
    };
    // SAFETY: `limit` lives for the call.
    check(Step::Limits, unsafe {
        libc::setrlimit(resource, &raw const limit)
    })
}

fn set_limits() -> StepResult {
    /// Room for deep recursion on the main thread; a program may raise it, memory is limited elsewhere.
    const STACK: u64 = 64 << 20;
    limit(libc::RLIMIT_CORE, 0, 0)?;
    limit(libc::RLIMIT_MSGQUEUE, 0, 0)?;
    limit(libc::RLIMIT_SIGPENDING, 64, 64)?;
    let mut stack = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `stack` lives for the call.
    check(Step::Limits, unsafe {
        libc::getrlimit(libc::RLIMIT_STACK, &raw mut stack)
    })?;
    limit(
        libc::RLIMIT_STACK,
        STACK.min(stack.rlim_max),
        stack.rlim_max,
    )?;
    for resource in inherited::OPENED {
        inherited::open(resource).map_err(|_| (Step::Limits, last_errno()))?;
    }
    Ok(())
}

unsafe fn switch_identity(identity: Identity) -> StepResult {
    // SAFETY: no pointers but a null group list of length 0.
    unsafe {
        if let Identity::Switch(id) = identity {
            // Not the C library's functions: those tell every thread, with a lock that a thread which is not here
            // may hold.
            let (id, none) = (c_ulong::from(id), ptr::null::<libc::gid_t>());
            let calls = [
                libc::syscall(libc::SYS_setgroups, 0 as c_ulong, none),
                libc::syscall(libc::SYS_setresgid, id, id, id),
                libc::syscall(libc::SYS_setresuid, id, id, id),
            ];
            for result in calls {
                check(Step::Identity, result as c_int)?;
            }
        }
    }
    Ok(())
}

/// 0 to 2 on /dev/null, 3 the control socket, nothing else open after the exec.
unsafe fn place_descriptors(fds: &Fds) -> StepResult {
    let step = |result| check(Step::Descriptors, result);
    // SAFETY: descriptors of this process; the last one closes on exec, so the supervisor sees its success.
    unsafe {
        let null = libc::open(c"/dev/null".as_ptr(), libc::O_RDWR);
        step(null)?;
        let control = libc::fcntl(fds.control, libc::F_DUPFD, 100);
        step(control)?;
        let status = libc::fcntl(fds.status, libc::F_DUPFD_CLOEXEC, 100);
        step(status)?;
        for fd in 0..3 {
            step(libc::dup2(null, fd))?;
        }
        step(libc::dup2(control, Runtime::CONTROL_FD))?;
        let first = Runtime::CONTROL_FD as u32 + 1;
        step(libc::syscall(libc::SYS_close_range, first, status as u32 - 1, 0) as c_int)?;
        step(libc::syscall(libc::SYS_close_range, status as u32 + 1, u32::MAX, 0) as c_int)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_line_is_what_the_kernel_reads() {
        let mut line = [0; 40];
        let length = map_line(u32::MAX, &mut line);
        assert_eq!(&line[..length], b"65534 4294967295 1");
    }

    #[test]
    fn two_that_wait_do_not_keep_each_other_from_noticing_that_they_are_alone() {
        let plan = Plan {
            namespaces: 0,
            identity: Identity::Keep,
            root: None,
            landlock: None,
            executable: c"/bin/true".to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
            descriptors: 64,
        };
        let (control, _other) = sys::socket_pair().unwrap();
        let open = tempfile::tempfile().unwrap();
        let waiting = [(); 2].map(|()| fork(&plan, &control).unwrap());
        for one in waiting {
            let place = format!("/proc/{}/fd", one.pid);
            let held = || std::fs::read_dir(&place).unwrap().count();
            for _ in 0..500 {
                if held() <= 6 {
                    break;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            assert!(held() <= 6, "{} descriptors besides {open:?}", held());
            drop(one.go);
            sys::reap(one.pid);
        }
    }

    #[test]
    fn steps_are_listed_in_order() {
        for (index, step) in Step::ALL.into_iter().enumerate() {
            assert_eq!(step as usize, index);
        }
    }
}
