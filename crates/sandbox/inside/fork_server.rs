//! The half of the sandbox that lives inside it: a fork server for any runtime that can load a shared library.
//!
//! A runtime (an interpreter, say) starts once inside the walls, warms up, and calls [`serve`]. From then on it
//! is a *zygote*: every job the supervisor sends makes it fork, and `serve` returns in the child with the job in
//! place, which [`job_bytes`] tells. The zygote itself never returns and never touches what a program wrote.
//!
//! The jobs of a *batch* run one after another in one child: when one is done the child calls [`next_job`]. A
//! child that ends instead has ended the job it was at, as if it had been the only one.
//!
//! This file is compiled on its own, without the standard library, into the runtime's shim: it declares the few
//! C functions it calls. It knows no language.
//!
//! Protocol, over one `SOCK_SEQPACKET` socket; integers in native order, structures in `protocol.rs`:
//!
//! | from | message | meaning |
//! |---|---|---|
//! | zygote | `R` | warm, waiting |
//! | supervisor | `G` + ranges | put this memory on large pages, a start and an end each; no answer |
//! | supervisor | `M` | forbid others to read this process's memory; no answer |
//! | supervisor | `F` + [`PASSED`] descriptors | keep them for all children; no answer |
//! | supervisor | `S` + seccomp program | install it; the answer is `L` with the listener, or `E` |
//! | supervisor | `J` + [`JobLimits`] | run: the job is in the files |
//! | child, on a socket of its own | `H` | alive; the kernel attaches its process id |
//! | child, on a pipe | `D` + exit code | this job of the batch is done |
//! | supervisor, on another pipe | `N` | the files hold the next one |
//! | supervisor, on that pipe | `E` | the same, and this one needs no more than standard input |
//! | zygote | `X` + [`Exit`] | the child has been reaped |
//! | zygote | `E` + errno | the step failed; a fault of ours |

use core::ffi::{c_int, c_long, c_void};

#[path = "protocol.rs"]
mod protocol;

use super::large_pages;
use protocol::{DONE, Exit, JobLimits, NEXT, NEXT_EMPTY, PASSED};

/// Where the child finds its job, after standard input, output and error; its result goes to the next one.
const JOB_FD: c_int = 3;
/// Where a batch hears of its next job, and where it says that one is done.
const NEXT_FD: c_int = 5;
const DONE_FD: c_int = 6;
/// Where a child says that it is alive; closed then.
const HELLO_FD: c_int = 7;
/// The supervisor's socket, once the descriptors above are in place; closed in children.
const CONTROL_FD: c_int = 8;
/// Where descriptors wait for their places to be free.
const WAITING_FDS: c_int = 20;
/// A second descriptor of each standard stream, for programs of a batch that close theirs.
const SPARE_FDS: c_int = 40;
/// Standard input, output and error.
const STREAMS: c_int = 3;

#[repr(C)]
struct IoVec {
    base: *mut c_void,
    len: usize,
}

#[repr(C)]
struct MsgHdr {
    name: *mut c_void,
    name_len: u32,
    iov: *mut IoVec,
    iov_len: usize,
    control: *mut c_void,
    control_len: usize,
    flags: c_int,
}

#[repr(C)]
struct CmsgHdr {
    len: usize,
    level: c_int,
    kind: c_int,
}

#[repr(C)]
struct RLimit {
    soft: u64,
    hard: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct RUsage {
    user: [c_long; 2],
    system: [c_long; 2],
    max_rss: c_long,
    rest: [c_long; 13],
}

#[repr(C)]
struct SockFProg {
    len: u16,
    filter: *const c_void,
}

unsafe extern "C" {
    fn recvmsg(fd: c_int, msg: *mut MsgHdr, flags: c_int) -> isize;
    fn sendmsg(fd: c_int, msg: *const MsgHdr, flags: c_int) -> isize;
    fn fork() -> c_int;
    fn wait4(pid: c_int, status: *mut c_int, options: c_int, usage: *mut RUsage) -> c_int;
    fn dup2(from: c_int, to: c_int) -> c_int;
    fn close(fd: c_int) -> c_int;
    fn lseek(fd: c_int, offset: i64, whence: c_int) -> i64;
    fn pread(fd: c_int, into: *mut c_void, length: usize, offset: i64) -> isize;
    fn read(fd: c_int, into: *mut c_void, length: usize) -> isize;
    fn write(fd: c_int, from: *const c_void, length: usize) -> isize;
    fn setrlimit(resource: c_int, limit: *const RLimit) -> c_int;
    fn prctl(option: c_int, ...) -> c_int;
    fn syscall(number: c_long, ...) -> c_long;
    fn __errno_location() -> *mut c_int;
    fn getpid() -> c_int;
    fn getppid() -> c_int;
    fn _exit(code: c_int) -> !;
}

#[cfg(target_arch = "x86_64")]
const SYS_SECCOMP: c_long = 317;
#[cfg(target_arch = "aarch64")]
const SYS_SECCOMP: c_long = 277;

const SOL_SOCKET: c_int = 1;
const SCM_RIGHTS: c_int = 1;
const MSG_NOSIGNAL: c_int = 0x4000;
const MSG_CMSG_CLOEXEC: c_int = 0x4000_0000;
const EINTR: c_int = 4;
const SEEK_END: c_int = 2;
const SIGKILL: c_int = 9;
const PR_SET_PDEATHSIG: c_int = 1;
const PR_SET_DUMPABLE: c_int = 4;
const PR_SET_CHILD_SUBREAPER: c_int = 36;
const WNOHANG: c_int = 1;
/// Children that end without a signal as well.
const WALL: c_int = 0x4000_0000;
const SECCOMP_SET_MODE_FILTER: c_long = 1;
const SECCOMP_FILTER_FLAG_NEW_LISTENER: c_long = 8;
const RLIMIT_CPU: c_int = 0;
const RLIMIT_FSIZE: c_int = 1;
const RLIMIT_NPROC: c_int = 6;
const RLIMIT_AS: c_int = 9;

/// A whole seccomp program fits with room to spare: 4,096 instructions of 8 bytes.
const MESSAGE_BYTES: usize = 32 * 1024 + 8;
const CMSG_HEADER: usize = core::mem::size_of::<CmsgHdr>();
const CMSG_BYTES: usize = CMSG_HEADER + PASSED * 4;

#[repr(C, align(8))]
struct Message {
    bytes: [u8; MESSAGE_BYTES],
    control: [u8; CMSG_BYTES],
}

static mut MESSAGE: Message = Message { bytes: [0; MESSAGE_BYTES], control: [0; CMSG_BYTES] };

/// Serves jobs that arrive on `control`. Returns only in a child, its descriptors and limits set; the zygote
/// ends when the supervisor goes away.
///
/// # Safety
/// The process must have a single thread and `control` must be the supervisor's socket; called once.
pub(crate) unsafe fn serve(mut control: c_int) {
    // SAFETY: the caller has a single thread, so nothing else touches MESSAGE; pointers live for each call.
    unsafe {
        // Orphans come to it: it must know of all that outlive a program.
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        send(control, b"R", None);
        loop {
            let message = &raw mut MESSAGE;
            let mut fds = [-1; PASSED];
            let length = receive(control, message, &mut fds);
            if length == 0 {
                _exit(0);
            }
            match (*message).bytes[0] {
                b'G' => {
                    let ranges = (&raw const (*message).bytes[1]).cast::<[usize; 2]>();
                    large_pages::gather(ranges, (length - 1) / core::mem::size_of::<[usize; 2]>());
                }
                b'M' => {
                    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
                }
                b'F' => {
                    keep(control, &fds);
                    control = CONTROL_FD;
                }
                b'S' => install_filter(control, &raw const (*message).bytes[1], length - 1),
                b'J' if length == 1 + core::mem::size_of::<JobLimits>() => {
                    let limits = (&raw const (*message).bytes[1]).cast::<JobLimits>().read_unaligned();
                    if run(control, &limits) {
                        return;
                    }
                }
                _ => _exit(2),
            }
        }
    }
}

/// Puts the passed descriptors where programs expect them, and the control socket out of the way.
unsafe fn keep(control: c_int, fds: &[c_int; PASSED]) {
    // SAFETY: plain system calls on descriptors that this process owns. They wait above all places and below the spare
    // ones, so that none is overwritten before it is placed.
    unsafe {
        let mut waiting = WAITING_FDS;
        for fd in fds.iter().chain([&control]) {
            place(*fd, waiting);
            close(*fd);
            waiting += 1;
        }
        for to in 0..=CONTROL_FD {
            place(WAITING_FDS + to, to);
            close(WAITING_FDS + to);
        }
        for stream in 0..STREAMS {
            place(stream, SPARE_FDS + stream);
        }
    }
}

/// Forks; true in the child.
unsafe fn run(control: c_int, limits: &JobLimits) -> bool {
    // SAFETY: plain system calls on descriptors this process owns.
    unsafe {
        let zygote = getpid();
        let child = fork();
        if child == 0 {
            // Without a process namespace nothing else ends the program when the zygote is killed.
            prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
            if getppid() != zygote {
                _exit(125);
            }
            send(HELLO_FD, b"H", None);
            become_program(control, limits);
            return true;
        }
        if child < 0 {
            report_error(control, last_errno());
            return false;
        }
        let mut status = 0;
        let mut usage = core::mem::zeroed::<RUsage>();
        while wait4(child, &raw mut status, 0, &raw mut usage) < 0 {
            if last_errno() != EINTR {
                report_error(control, last_errno());
                return false;
            }
        }
        let time = |t: [c_long; 2]| t[0] as u64 * 1_000_000 + t[1] as u64;
        let exit = Exit {
            status: i64::from(status),
            cpu_us: time(usage.user) + time(usage.system),
            peak_kib: usage.max_rss as u64,
            strays: u64::from(wait4(-1, &raw mut status, WNOHANG | WALL, core::ptr::null_mut()) >= 0),
        };
        let mut bytes = [0u8; 1 + core::mem::size_of::<Exit>()];
        bytes[0] = b'X';
        (&raw mut bytes[1]).cast::<Exit>().write_unaligned(exit);
        send(control, &bytes, None);
        false
    }
}

/// Closes what is not the program's and lowers the limits for good.
unsafe fn become_program(control: c_int, limits: &JobLimits) {
    // SAFETY: plain system calls on descriptors that this process owns.
    unsafe {
        close(HELLO_FD);
        close(control);
        // The zygote's own memory stays closed; the program's may be read by a supervisor that is not root.
        prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
        limit(RLIMIT_CPU, limits.cpu_seconds);
        limit(RLIMIT_FSIZE, limits.file_bytes);
        limit(RLIMIT_AS, limits.address_space_bytes);
        limit(RLIMIT_NPROC, limits.processes);
    }
}

/// Nothing must start without a descriptor that it is to have.
unsafe fn place(from: c_int, to: c_int) {
    // SAFETY: `dup2` takes any two numbers.
    unsafe {
        if dup2(from, to) < 0 {
            _exit(125);
        }
    }
}

/// The size of the child's job in bytes.
///
/// # Safety
/// In a child, after [`serve`].
pub(crate) unsafe fn job_bytes() -> usize {
    // SAFETY: the descriptor is the child's own. Without a job there is nothing to run.
    unsafe {
        let size = lseek(JOB_FD, 0, SEEK_END);
        if size < 0 {
            _exit(125);
        }
        size as usize
    }
}

/// Copies the job to `into`.
///
/// # Safety
/// As for [`job_bytes`]; `into` has room for `length` bytes.
pub(crate) unsafe fn read_job(into: *mut u8, length: usize) {
    let mut done = 0;
    while done < length {
        // SAFETY: what is left of the caller's buffer.
        unsafe {
            let count = pread(JOB_FD, into.add(done).cast(), length - done, done as i64);
            if count <= 0 {
                _exit(125);
            }
            done += count as usize;
        }
    }
}

/// Says that the job is done, with its exit code, and waits for the next one of the batch; whether it has bytes to be
/// read. Ends the process where there is none, or where the program has closed what is needed for it.
///
/// # Safety
/// In a child, after [`serve`]; the program's threads have ended.
pub(crate) unsafe fn next_job(code: c_int) -> bool {
    // SAFETY: the pointers are to locals that outlive each call.
    unsafe {
        let done = [DONE, code as u8];
        let mut answer = 0u8;
        let is_next = write(DONE_FD, done.as_ptr().cast(), done.len()) == done.len() as isize
            && read(NEXT_FD, (&raw mut answer).cast(), 1) == 1
            && (answer == NEXT || answer == NEXT_EMPTY);
        for stream in 0..STREAMS {
            if !is_next || dup2(SPARE_FDS + stream, stream) < 0 {
                _exit(code);
            }
        }
        answer == NEXT
    }
}

unsafe fn limit(resource: c_int, value: u64) {
    if value == 0 {
        return;
    }
    let limit = RLimit { soft: value, hard: value };
    // SAFETY: `limit` lives for the call. A limit that cannot be set must not be left open.
    unsafe {
        if setrlimit(resource, &raw const limit) != 0 {
            _exit(125);
        }
    }
}

unsafe fn install_filter(control: c_int, program: *const u8, length: usize) {
    let filter = SockFProg { len: (length / 8) as u16, filter: program.cast() };
    // SAFETY: `program` points at `length` bytes of MESSAGE, which stays untouched during the call; the kernel
    // copies it. The caller set no-new-privileges before it started the runtime.
    unsafe {
        let listener = syscall(
            SYS_SECCOMP,
            SECCOMP_SET_MODE_FILTER,
            SECCOMP_FILTER_FLAG_NEW_LISTENER,
            &raw const filter,
        );
        if listener < 0 {
            report_error(control, last_errno());
            return;
        }
        send(control, b"L", Some(listener as c_int));
        close(listener as c_int);
    }
}

unsafe fn report_error(control: c_int, errno: c_int) {
    let mut bytes = [b'E', 0, 0, 0, 0];
    bytes[1..].copy_from_slice(&errno.to_ne_bytes());
    // SAFETY: `bytes` lives for the call.
    unsafe { send(control, &bytes, None) };
}

unsafe fn last_errno() -> c_int {
    // SAFETY: the C library's own thread-local.
    unsafe { *__errno_location() }
}

/// Sends one message, with a descriptor if given; a supervisor that is gone ends the process.
unsafe fn send(control: c_int, bytes: &[u8], fd: Option<c_int>) {
    let mut iov = IoVec { base: bytes.as_ptr().cast_mut().cast(), len: bytes.len() };
    let mut ancillary = [0u64; 3];
    let mut message = MsgHdr {
        name: core::ptr::null_mut(),
        name_len: 0,
        iov: &raw mut iov,
        iov_len: 1,
        control: core::ptr::null_mut(),
        control_len: 0,
        flags: 0,
    };
    // SAFETY: every pointer in `message` is to a local that outlives the call; `ancillary` is aligned for a
    // header of 16 bytes and one descriptor.
    unsafe {
        if let Some(fd) = fd {
            let header = ancillary.as_mut_ptr().cast::<CmsgHdr>();
            (*header) = CmsgHdr { len: CMSG_HEADER + 4, level: SOL_SOCKET, kind: SCM_RIGHTS };
            header.add(1).cast::<c_int>().write(fd);
            message.control = ancillary.as_mut_ptr().cast();
            message.control_len = CMSG_HEADER + 8;
        }
        while sendmsg(control, &raw const message, MSG_NOSIGNAL) < 0 {
            if last_errno() != EINTR {
                _exit(3);
            }
        }
    }
}

/// Receives one message; 0 when the supervisor is gone.
unsafe fn receive(control: c_int, into: *mut Message, fds: &mut [c_int; PASSED]) -> usize {
    // SAFETY: `into` is MESSAGE, used by this thread alone; the header pointers stay inside its control part.
    unsafe {
        let mut iov = IoVec { base: (&raw mut (*into).bytes).cast(), len: MESSAGE_BYTES };
        let mut message = MsgHdr {
            name: core::ptr::null_mut(),
            name_len: 0,
            iov: &raw mut iov,
            iov_len: 1,
            control: (&raw mut (*into).control).cast(),
            control_len: CMSG_BYTES,
            flags: 0,
        };
        loop {
            let length = recvmsg(control, &raw mut message, MSG_CMSG_CLOEXEC);
            if length < 0 && last_errno() == EINTR {
                continue;
            }
            if length <= 0 {
                return 0;
            }
            let header = (&raw const (*into).control).cast::<CmsgHdr>();
            if message.control_len >= CMSG_HEADER && (*header).kind == SCM_RIGHTS {
                let count = ((*header).len - CMSG_HEADER) / 4;
                let passed = header.add(1).cast::<c_int>();
                for (index, fd) in fds.iter_mut().enumerate().take(count) {
                    *fd = passed.add(index).read();
                }
            }
            return length as usize;
        }
    }
}
