//! Safe names for the system calls that the supervisor makes.

#![allow(unsafe_code)]

use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::mem;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use libc::{c_int, pid_t};

fn check(result: c_int) -> io::Result<c_int> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}

fn own(result: c_int) -> io::Result<OwnedFd> {
    // SAFETY: a non-negative result of the calls below is a descriptor that nobody else owns.
    check(result).map(|fd| unsafe { OwnedFd::from_raw_fd(fd) })
}

/// A connected pair of message sockets.
pub(crate) fn socket_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut fds = [0; 2];
    let kind = libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC;
    // SAFETY: `fds` has room for two descriptors, which are owned by nobody else.
    unsafe {
        check(libc::socketpair(libc::AF_UNIX, kind, 0, fds.as_mut_ptr()))?;
        Ok((OwnedFd::from_raw_fd(fds[0]), OwnedFd::from_raw_fd(fds[1])))
    }
}

/// The same, of which the first attaches the sender's process id to what it receives.
pub(crate) fn naming_socket_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let pair = socket_pair()?;
    let on: c_int = 1;
    // SAFETY: `on` lives for the call.
    check(unsafe {
        libc::setsockopt(
            pair.0.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PASSCRED,
            (&raw const on).cast(),
            mem::size_of::<c_int>() as u32,
        )
    })?;
    Ok(pair)
}

/// A pipe whose ends close on exec: reading end, writing end.
pub(crate) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut fds = [0; 2];
    // SAFETY: as above.
    unsafe {
        check(libc::pipe2(fds.as_mut_ptr(), libc::O_CLOEXEC))?;
        Ok((OwnedFd::from_raw_fd(fds[0]), OwnedFd::from_raw_fd(fds[1])))
    }
}

/// Room for the ancillary data of one message: eight descriptors, or one and the sender's credentials.
const ANCILLARY_BYTES: usize = 128;

#[repr(C, align(8))]
struct Ancillary([u8; ANCILLARY_BYTES]);

/// Sends one message with `fds` attached.
pub(crate) fn send(socket: &OwnedFd, bytes: &[u8], fds: &[RawFd]) -> io::Result<()> {
    let mut iov = libc::iovec {
        iov_base: bytes.as_ptr().cast_mut().cast(),
        iov_len: bytes.len(),
    };
    let mut ancillary = Ancillary([0; ANCILLARY_BYTES]);
    let payload = mem::size_of_val(fds);
    // SAFETY: the header points at locals that outlive the call; CMSG_SPACE of eight descriptors is 48 bytes.
    unsafe {
        let mut message: libc::msghdr = mem::zeroed();
        message.msg_iov = &raw mut iov;
        message.msg_iovlen = 1;
        if !fds.is_empty() {
            message.msg_control = ancillary.0.as_mut_ptr().cast();
            message.msg_controllen = libc::CMSG_SPACE(payload as u32) as usize;
            let header = libc::CMSG_FIRSTHDR(&raw const message);
            (*header).cmsg_level = libc::SOL_SOCKET;
            (*header).cmsg_type = libc::SCM_RIGHTS;
            (*header).cmsg_len = libc::CMSG_LEN(payload as u32) as usize;
            fds.as_ptr()
                .cast::<u8>()
                .copy_to_nonoverlapping(libc::CMSG_DATA(header), payload);
        }
        retry(|| libc::sendmsg(socket.as_raw_fd(), &raw const message, libc::MSG_NOSIGNAL))
            .map(|_| ())
    }
}

/// One received message.
pub(crate) struct Received {
    pub(crate) bytes: Vec<u8>,
    /// A descriptor that came with it.
    pub(crate) fd: Option<OwnedFd>,
    /// The sender's process id, in our process namespace.
    pub(crate) sender: pid_t,
}

/// Receives one message of at most 64 bytes; `bytes` is empty when the other side is gone.
pub(crate) fn receive(socket: &OwnedFd) -> io::Result<Received> {
    receive_with(socket, 0)
}

/// The same of a message that is there already; `None` when there is none.
pub(crate) fn receive_now(socket: &OwnedFd) -> io::Result<Option<Received>> {
    match receive_with(socket, libc::MSG_DONTWAIT) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        received => received.map(Some),
    }
}

fn receive_with(socket: &OwnedFd, flags: c_int) -> io::Result<Received> {
    let mut bytes = vec![0u8; 64];
    let mut iov = libc::iovec {
        iov_base: bytes.as_mut_ptr().cast(),
        iov_len: bytes.len(),
    };
    let mut ancillary = Ancillary([0; ANCILLARY_BYTES]);
    let mut received = Received {
        bytes: Vec::new(),
        fd: None,
        sender: 0,
    };
    // SAFETY: the header points at locals that outlive the call; the kernel fills the ancillary data with whole
    // messages, and each is read by the type its header states.
    unsafe {
        let mut message: libc::msghdr = mem::zeroed();
        message.msg_iov = &raw mut iov;
        message.msg_iovlen = 1;
        message.msg_control = ancillary.0.as_mut_ptr().cast();
        message.msg_controllen = ANCILLARY_BYTES;
        let length = retry(|| {
            libc::recvmsg(
                socket.as_raw_fd(),
                &raw mut message,
                flags | libc::MSG_CMSG_CLOEXEC,
            )
        })?;
        let mut header = libc::CMSG_FIRSTHDR(&raw const message);
        while !header.is_null() {
            let data = libc::CMSG_DATA(header);
            match (*header).cmsg_type {
                libc::SCM_RIGHTS => {
                    let fd = data.cast::<c_int>().read_unaligned();
                    received.fd = Some(OwnedFd::from_raw_fd(fd));
                }
                libc::SCM_CREDENTIALS => {
                    received.sender = data.cast::<libc::ucred>().read_unaligned().pid;
                }
                _ => {}
            }
            header = libc::CMSG_NXTHDR(&raw const message, header);
        }
        bytes.truncate(length as usize);
    }
    received.bytes = bytes;
    Ok(received)
}

fn retry(mut call: impl FnMut() -> isize) -> io::Result<isize> {
    loop {
        let result = call();
        if result >= 0 {
            return Ok(result);
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// An anonymous file in memory that nobody can seal.
pub(crate) fn memory_file(name: &CStr) -> io::Result<File> {
    // SAFETY: `name` is a C string.
    own(unsafe { libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC) }).map(File::from)
}

/// The same file or pipe for reading, with flags and an offset of its own; it never waits.
pub(crate) fn own_reader(file: &impl AsRawFd) -> io::Result<File> {
    File::options()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// The same for writing.
pub(crate) fn own_writer(file: &impl AsRawFd) -> io::Result<File> {
    File::options()
        .write(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// Takes back all flags that can be set on what is open, such as that for appending.
pub(crate) fn clear_flags(file: &impl AsRawFd) -> io::Result<()> {
    // SAFETY: no pointers.
    check(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETFL, 0) }).map(|_| ())
}

/// A handle on a process that cannot come to mean another one.
pub(crate) fn pidfd(pid: pid_t) -> io::Result<OwnedFd> {
    // SAFETY: no pointers.
    own(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) as c_int })
}

/// Kills the process behind a pidfd; one that is gone is no error.
pub(crate) fn kill(pidfd: &OwnedFd) -> io::Result<()> {
    let none = std::ptr::null::<libc::siginfo_t>();
    // SAFETY: a null siginfo is allowed.
    let result = unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            pidfd.as_raw_fd(),
            libc::SIGKILL,
            none,
            0,
        )
    };
    match check(result as c_int) {
        Err(error) if error.raw_os_error() != Some(libc::ESRCH) => Err(error),
        _ => Ok(()),
    }
}

/// Waits for a child process of ours and forgets it.
pub(crate) fn reap(pid: pid_t) {
    // SAFETY: a null status is allowed.
    while unsafe { libc::waitpid(pid, std::ptr::null_mut(), 0) } < 0
        && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted
    {}
}

/// CPU time that a process has used, by its own clock; `None` once it is gone.
pub(crate) fn cpu_time(pid: pid_t) -> Option<Duration> {
    // What `clock_getcpuclockid` returns, without asking whether there is such a process: the kernel's
    // `CPUCLOCK_SCHED` of all threads of `pid`.
    let clock = (!pid << 3) | 2;
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is to a local.
    check(unsafe { libc::clock_gettime(clock, &raw mut time) }).ok()?;
    Some(Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
}

/// The processors that this thread may use, by number.
pub(crate) fn allowed_processors() -> Vec<usize> {
    // SAFETY: a set of processors is bits, all of which may be zero, and the size is its own.
    let allowed = unsafe {
        let mut set: libc::cpu_set_t = mem::zeroed();
        let size = mem::size_of::<libc::cpu_set_t>();
        if libc::sched_getaffinity(0, size, &raw mut set) != 0 {
            return Vec::new();
        }
        set
    };
    (0..libc::CPU_SETSIZE as usize)
        // SAFETY: the number is below the size of the set.
        .filter(|processor| unsafe { libc::CPU_ISSET(*processor, &allowed) })
        .collect()
}

/// The processor that this thread is on.
pub(crate) fn current_processor() -> Option<usize> {
    // SAFETY: no pointers.
    usize::try_from(unsafe { libc::sched_getcpu() }).ok()
}

/// Keeps this thread and what it starts to one processor, if that is allowed.
pub(crate) fn move_to_processor(processor: usize) {
    // SAFETY: as in `allowed_processors`; the number comes from there.
    unsafe {
        let mut set: libc::cpu_set_t = mem::zeroed();
        libc::CPU_SET(processor, &mut set);
        libc::sched_setaffinity(0, mem::size_of::<libc::cpu_set_t>(), &raw const set);
    }
}

/// Counts the instructions that `pid`, 0 for the caller, and what it forks from now on execute in user mode.
pub(crate) fn count_instructions(pid: pid_t) -> io::Result<OwnedFd> {
    const HARDWARE: u64 = 0;
    const SIZE: u64 = 128;
    const INSTRUCTIONS: u64 = 1;
    const INHERIT: u64 = 1 << 1;
    const EXCLUDE_KERNEL: u64 = 1 << 5;
    const EXCLUDE_HYPERVISOR: u64 = 1 << 6;
    // `struct perf_event_attr`: kind and size, what to count, three words of sampling, flags, zeros.
    let mut attributes = [0u64; 16];
    attributes[0] = HARDWARE | SIZE << 32;
    attributes[1] = INSTRUCTIONS;
    attributes[5] = INHERIT | EXCLUDE_KERNEL | EXCLUDE_HYPERVISOR;
    let (any_processor, no_group, close_on_exec) = (-1, -1, 8u64);
    // SAFETY: the attributes are a local of the size that they state.
    own(unsafe {
        libc::syscall(
            libc::SYS_perf_event_open,
            attributes.as_ptr(),
            pid,
            any_processor,
            no_group,
            close_on_exec,
        ) as c_int
    })
}

/// The value of a counter.
pub(crate) fn read_count(counter: &OwnedFd) -> io::Result<u64> {
    let mut count = 0u64;
    // SAFETY: the buffer is a local of eight bytes.
    let length = retry(|| unsafe {
        libc::read(
            counter.as_raw_fd(),
            (&raw mut count).cast(),
            mem::size_of::<u64>(),
        )
    })?;
    if length == mem::size_of::<u64>() as isize {
        Ok(count)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Waits until one of `fds` can be read or `timeout` has passed; says which can.
pub(crate) fn wait_readable<const N: usize>(
    fds: [RawFd; N],
    timeout: Duration,
) -> io::Result<[bool; N]> {
    let mut polled = fds.map(|fd| libc::pollfd {
        fd,
        events: libc::POLLIN,
        revents: 0,
    });
    let time = libc::timespec {
        tv_sec: timeout.as_secs() as libc::time_t,
        tv_nsec: libc::c_long::from(timeout.subsec_nanos()),
    };
    // SAFETY: `polled` has N entries; a null signal mask leaves the mask alone.
    let result = unsafe {
        libc::ppoll(
            polled.as_mut_ptr(),
            N as libc::nfds_t,
            &raw const time,
            std::ptr::null(),
        )
    };
    match check(result) {
        Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(error),
        Err(_) => Ok([false; N]),
        Ok(_) => Ok(polled.map(|p| p.revents != 0)),
    }
}

/// Forbids processes of the same user to read this process's memory.
pub(crate) fn forbid_memory_access() -> io::Result<()> {
    // SAFETY: no pointers.
    check(unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) }).map(|_| ())
}

/// Effective user id of this process.
pub(crate) fn effective_uid() -> u32 {
    // SAFETY: cannot fail.
    unsafe { libc::geteuid() }
}

/// Effective group id of this process.
pub(crate) fn effective_gid() -> u32 {
    // SAFETY: cannot fail.
    unsafe { libc::getegid() }
}

/// The Landlock version this kernel speaks; `None` without Landlock.
pub(crate) fn landlock_version() -> Option<u32> {
    const CREATE_RULESET_VERSION: c_int = 1;
    // SAFETY: the version query takes a null attribute of size 0.
    let version = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<u8>(),
            0,
            CREATE_RULESET_VERSION,
        )
    };
    (version > 0).then_some(version as u32)
}

/// Whether seccomp can hand denied calls to a supervisor.
pub(crate) fn seccomp_can_notify() -> io::Result<()> {
    let action: u32 = libc::SECCOMP_RET_USER_NOTIF;
    // SAFETY: `action` lives for the call.
    let result = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_GET_ACTION_AVAIL,
            0,
            &raw const action,
        )
    };
    check(result as c_int).map(|_| ())
}

/// Whether a child process can be made with `flags`: makes one that ends at once.
pub(crate) fn try_clone(flags: c_int) -> io::Result<()> {
    // SAFETY: a fork-like clone with no stack of its own; the child only calls `_exit`.
    let pid = unsafe {
        let pid = libc::syscall(libc::SYS_clone, flags | libc::SIGCHLD, 0, 0, 0, 0);
        if pid == 0 {
            libc::_exit(0);
        }
        pid as pid_t
    };
    check(pid)?;
    reap(pid);
    Ok(())
}

/// The next denied call, as `(id, process, call number, arguments)`; `None` when it is gone already.
pub(crate) fn next_notification(listener: &OwnedFd) -> io::Result<Option<libc::seccomp_notif>> {
    // SAFETY: the structure is plain data, zeroed as the kernel demands, and lives for the call.
    unsafe {
        let mut notification: libc::seccomp_notif = mem::zeroed();
        let result = libc::ioctl(
            listener.as_raw_fd(),
            SECCOMP_IOCTL_NOTIF_RECV as _,
            &raw mut notification,
        );
        match check(result) {
            Ok(_) => Ok(Some(notification)),
            Err(error) if matches!(error.raw_os_error(), Some(libc::ENOENT | libc::EINTR)) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

const SECCOMP_IOCTL_NOTIF_RECV: u64 = 0xc050_2100;
const SECCOMP_IOCTL_NOTIF_SEND: u64 = 0xc018_2101;

const SECCOMP_IOCTL_NOTIF_ADDFD: u64 = 0x4018_2103;

/// Opens `file` in the process whose denied call `id` waits, closed on exec; its number there.
pub(crate) fn give_descriptor(listener: &OwnedFd, id: u64, file: &OwnedFd) -> io::Result<c_int> {
    let given = libc::seccomp_notif_addfd {
        id,
        flags: 0,
        srcfd: file.as_raw_fd() as u32,
        newfd: 0,
        newfd_flags: libc::O_CLOEXEC as u32,
    };
    // SAFETY: `given` lives for the call.
    check(unsafe {
        libc::ioctl(
            listener.as_raw_fd(),
            SECCOMP_IOCTL_NOTIF_ADDFD as _,
            &raw const given,
        )
    })
}

/// What a denied call gets.
pub(crate) enum Answer {
    /// The kernel goes on with it.
    Continue,
    /// It fails with this error number.
    Fail(c_int),
    /// It has been done in the program's stead, with this result.
    Return(i64),
}

/// Answers a denied call; one that is gone is no error.
pub(crate) fn answer(listener: &OwnedFd, id: u64, answer: &Answer) -> io::Result<()> {
    const FLAG_CONTINUE: u32 = 1;
    let (val, error, flags) = match answer {
        Answer::Continue => (0, 0, FLAG_CONTINUE),
        Answer::Fail(errno) => (0, -errno, 0),
        Answer::Return(value) => (*value, 0, 0),
    };
    let response = libc::seccomp_notif_resp {
        id,
        val,
        error,
        flags,
    };
    // SAFETY: `response` lives for the call.
    let result = unsafe {
        libc::ioctl(
            listener.as_raw_fd(),
            SECCOMP_IOCTL_NOTIF_SEND as _,
            &raw const response,
        )
    };
    match check(result) {
        Err(error) if error.raw_os_error() != Some(libc::ENOENT) => Err(error),
        _ => Ok(()),
    }
}
