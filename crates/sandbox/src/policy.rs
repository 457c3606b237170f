//! The system calls a program may make, each group with the reason; what is denied and reported; the rest fails
//! with `ENOSYS`, silently, because a C library may probe for calls that this list does not know.

use libc::c_long;

/// Calls that are always allowed.
pub(crate) const ALLOWED: &[(&str, &[c_long])] = &[
    (
        "reading and writing what is open",
        &[
            libc::SYS_read,
            libc::SYS_write,
            libc::SYS_readv,
            libc::SYS_writev,
            libc::SYS_pread64,
            libc::SYS_pwrite64,
            libc::SYS_preadv,
            libc::SYS_pwritev,
            libc::SYS_preadv2,
            libc::SYS_pwritev2,
            libc::SYS_lseek,
            libc::SYS_close,
            libc::SYS_close_range,
            libc::SYS_dup,
            libc::SYS_dup3,
            libc::SYS_ftruncate,
            libc::SYS_fsync,
            libc::SYS_fdatasync,
            libc::SYS_fadvise64,
            libc::SYS_sendfile,
            libc::SYS_copy_file_range,
            libc::SYS_flock,
        ],
    ),
    (
        "looking at files; the root holds nothing but the runtime",
        &[
            libc::SYS_fstat,
            libc::SYS_newfstatat,
            libc::SYS_statx,
            libc::SYS_statfs,
            libc::SYS_fstatfs,
            libc::SYS_faccessat,
            libc::SYS_faccessat2,
            libc::SYS_readlinkat,
            libc::SYS_getdents64,
            libc::SYS_getcwd,
            libc::SYS_chdir,
            libc::SYS_fchdir,
            libc::SYS_umask,
        ],
    ),
    (
        "memory",
        &[
            libc::SYS_brk,
            libc::SYS_mmap,
            libc::SYS_munmap,
            libc::SYS_mremap,
            libc::SYS_mprotect,
            libc::SYS_madvise,
            libc::SYS_msync,
            libc::SYS_mincore,
            libc::SYS_mlock,
            libc::SYS_munlock,
            libc::SYS_membarrier,
            libc::SYS_get_mempolicy,
        ],
    ),
    (
        "threads and their locks; a clone without CLONE_THREAD is denied below",
        &[
            libc::SYS_futex,
            libc::SYS_set_robust_list,
            libc::SYS_get_robust_list,
            libc::SYS_set_tid_address,
            libc::SYS_rseq,
            libc::SYS_gettid,
            libc::SYS_exit,
            libc::SYS_sched_yield,
            libc::SYS_sched_getaffinity,
            libc::SYS_sched_getparam,
            libc::SYS_sched_getscheduler,
            libc::SYS_sched_get_priority_max,
            libc::SYS_sched_get_priority_min,
            libc::SYS_getpriority,
        ],
    ),
    (
        "signals to itself",
        &[
            libc::SYS_rt_sigaction,
            libc::SYS_rt_sigprocmask,
            libc::SYS_rt_sigreturn,
            libc::SYS_rt_sigpending,
            libc::SYS_rt_sigsuspend,
            libc::SYS_rt_sigtimedwait,
            libc::SYS_sigaltstack,
            libc::SYS_setitimer,
            libc::SYS_getitimer,
            libc::SYS_signalfd4,
        ],
    ),
    (
        "time",
        &[
            libc::SYS_clock_gettime,
            libc::SYS_clock_getres,
            libc::SYS_clock_nanosleep,
            libc::SYS_nanosleep,
            libc::SYS_gettimeofday,
            libc::SYS_times,
            libc::SYS_restart_syscall,
            libc::SYS_timer_create,
            libc::SYS_timer_settime,
            libc::SYS_timer_gettime,
            libc::SYS_timer_delete,
            libc::SYS_timerfd_create,
            libc::SYS_timerfd_settime,
            libc::SYS_timerfd_gettime,
        ],
    ),
    (
        "who and where it is",
        &[
            libc::SYS_getpid,
            libc::SYS_getppid,
            libc::SYS_getuid,
            libc::SYS_geteuid,
            libc::SYS_getgid,
            libc::SYS_getegid,
            libc::SYS_getresuid,
            libc::SYS_getresgid,
            libc::SYS_getgroups,
            libc::SYS_getpgid,
            libc::SYS_getsid,
            libc::SYS_uname,
            libc::SYS_sysinfo,
            libc::SYS_getcpu,
            libc::SYS_getrandom,
            libc::SYS_getrusage,
            libc::SYS_capget,
        ],
    ),
    (
        "its own limits: the kernel lets it lower them, not raise them",
        &[libc::SYS_getrlimit, libc::SYS_setrlimit],
    ),
    (
        "waiting on what is open; asyncio wakes itself through a socket pair",
        &[
            libc::SYS_ppoll,
            libc::SYS_pselect6,
            libc::SYS_epoll_create1,
            libc::SYS_epoll_ctl,
            libc::SYS_epoll_pwait,
            libc::SYS_eventfd2,
            libc::SYS_pipe2,
            libc::SYS_sendto,
            libc::SYS_recvfrom,
            libc::SYS_sendmsg,
            libc::SYS_recvmsg,
            libc::SYS_shutdown,
            libc::SYS_getsockopt,
            libc::SYS_setsockopt,
            libc::SYS_getsockname,
            libc::SYS_getpeername,
        ],
    ),
    (
        "the end, and the zygote's own wait for its child",
        &[libc::SYS_exit_group, libc::SYS_wait4],
    ),
    #[cfg(target_arch = "x86_64")]
    (
        "older spellings of the above",
        &[
            libc::SYS_stat,
            libc::SYS_lstat,
            libc::SYS_access,
            libc::SYS_readlink,
            libc::SYS_getdents,
            libc::SYS_dup2,
            libc::SYS_pipe,
            libc::SYS_poll,
            libc::SYS_select,
            libc::SYS_epoll_create,
            libc::SYS_epoll_wait,
            libc::SYS_eventfd,
            libc::SYS_signalfd,
            libc::SYS_pause,
            libc::SYS_alarm,
            libc::SYS_time,
            libc::SYS_getpgrp,
            libc::SYS_arch_prctl,
        ],
    ),
];

/// A call that is denied with `EPERM` and reported.
pub(crate) struct Denied {
    pub(crate) number: c_long,
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
}

macro_rules! denied {
    ($($kind:literal: $($call:ident)*;)*) => {
        paste_denied! { $($($kind $call,)*)* }
    };
}

macro_rules! paste_denied {
    ($($kind:literal $call:ident,)*) => {
        &[$(Denied { number: libc::$call, name: stringify!($call), kind: $kind },)*]
    };
}

/// Denied and reported, by what the program was after.
const DENIED: &[Denied] = denied! {
    "process": SYS_setsid SYS_setpgid;
    "exec": SYS_execve SYS_execveat;
    "network": SYS_socket SYS_connect SYS_bind SYS_listen SYS_accept SYS_accept4;
    "trace": SYS_ptrace SYS_process_vm_readv SYS_process_vm_writev SYS_pidfd_open SYS_pidfd_getfd
             SYS_kcmp SYS_process_madvise;
    "signal": SYS_kill SYS_tkill SYS_tgkill SYS_rt_sigqueueinfo SYS_rt_tgsigqueueinfo
              SYS_pidfd_send_signal;
    "file": SYS_unlinkat SYS_mkdirat SYS_linkat SYS_symlinkat SYS_renameat2 SYS_fchmod SYS_fchmodat
            SYS_fchown SYS_fchownat SYS_mknodat SYS_truncate SYS_utimensat SYS_setxattr
            SYS_open_by_handle_at SYS_name_to_handle_at;
    "memory": SYS_memfd_create SYS_memfd_secret SYS_userfaultfd SYS_mlockall;
    "ipc": SYS_shmget SYS_shmat SYS_shmctl SYS_semget SYS_semop SYS_msgget SYS_msgsnd SYS_mq_open;
    "identity": SYS_setuid SYS_setgid SYS_setreuid SYS_setregid SYS_setresuid SYS_setresgid SYS_setgroups
                SYS_capset SYS_setfsuid SYS_setfsgid SYS_personality;
    "kernel": SYS_mount SYS_umount2 SYS_pivot_root SYS_chroot SYS_unshare SYS_setns SYS_bpf
              SYS_perf_event_open SYS_io_uring_setup SYS_keyctl SYS_add_key SYS_request_key
              SYS_init_module SYS_finit_module SYS_delete_module SYS_kexec_load SYS_reboot SYS_swapon
              SYS_swapoff SYS_sethostname SYS_setdomainname SYS_syslog SYS_acct SYS_quotactl
              SYS_fsopen SYS_fsmount SYS_move_mount SYS_open_tree SYS_mount_setattr SYS_seccomp
              SYS_landlock_create_ruleset SYS_settimeofday SYS_clock_settime SYS_adjtimex
              SYS_fanotify_init SYS_inotify_init1;
};

/// The same for calls that only x86 has.
#[cfg(target_arch = "x86_64")]
const DENIED_HERE: &[Denied] = denied! {
    "process": SYS_fork SYS_vfork;
    "file": SYS_creat SYS_unlink SYS_mkdir SYS_rmdir SYS_link SYS_symlink SYS_rename SYS_renameat SYS_chmod
            SYS_chown SYS_lchown SYS_mknod SYS_utime SYS_utimes;
    "kernel": SYS_iopl SYS_ioperm SYS_modify_ldt SYS_inotify_init;
};
#[cfg(not(target_arch = "x86_64"))]
const DENIED_HERE: &[Denied] = &[];

/// Calls allowed or not by an argument; reported under these names when they are not.
const CONDITIONAL: &[Denied] = denied! {
    "process": SYS_clone SYS_prlimit64 SYS_sched_setaffinity;
    "network": SYS_socketpair;
    "signal": SYS_fcntl;
    "file": SYS_openat;
};
#[cfg(target_arch = "x86_64")]
const CONDITIONAL_HERE: &[Denied] = denied! { "file": SYS_open; };
#[cfg(not(target_arch = "x86_64"))]
const CONDITIONAL_HERE: &[Denied] = &[];

/// Every call that is denied whatever its arguments.
pub(crate) fn denied() -> impl Iterator<Item = &'static Denied> {
    DENIED.iter().chain(DENIED_HERE)
}

/// What a reported call is, by number.
pub(crate) fn describe(number: c_long) -> Option<&'static Denied> {
    denied()
        .chain(CONDITIONAL)
        .chain(CONDITIONAL_HERE)
        .find(|denied| denied.number == number)
}

/// Requests of `ioctl` that tell about or set up a descriptor; every other one is refused.
pub(crate) const IOCTL_REQUESTS: &[u32] = &[
    0x5401, // TCGETS: isatty
    0x5413, // TIOCGWINSZ: terminal width
    0x541b, // FIONREAD
    0x5421, // FIONBIO
    0x5450, // FIONCLEX
    0x5451, // FIOCLEX
];

/// Commands of `fcntl` that concern the caller's own descriptors and locks; every other one is refused.
pub(crate) const FCNTL_COMMANDS: &[u32] = &[
    0,    // F_DUPFD
    1,    // F_GETFD
    2,    // F_SETFD
    3,    // F_GETFL
    4,    // F_SETFL
    5,    // F_GETLK
    6,    // F_SETLK
    7,    // F_SETLKW
    1030, // F_DUPFD_CLOEXEC
    1031, // F_SETPIPE_SZ
    1032, // F_GETPIPE_SZ
    1033, // F_ADD_SEALS: ours are sealed against more seals
    1034, // F_GET_SEALS
];

/// Commands of `fcntl` that choose a process for the kernel to send a signal to, and the signal: the zygote, say,
/// which runs as the same user. Denied and reported.
pub(crate) const FCNTL_OWNER_COMMANDS: &[u32] = &[
    8,  // F_SETOWN
    10, // F_SETSIG
    15, // F_SETOWN_EX
];

/// Kinds of `socketpair` between unix sockets. Datagram sockets are not among them: one end of a pair can send to
/// any other address without connecting.
pub(crate) const PAIR_KINDS: &[u32] = &[
    0x1, 0x8_0001, 0x801, 0x8_0801, // SOCK_STREAM, with SOCK_CLOEXEC, SOCK_NONBLOCK, both
    0x5, 0x8_0005, 0x805, 0x8_0805, // SOCK_SEQPACKET
];

/// Options of `prctl` that name a thread or a mapping; every other one is refused, but for the signal at the
/// zygote's death, which the child sets to `SIGKILL`.
pub(crate) const PRCTL_OPTIONS: &[u32] = &[
    4,           // PR_SET_DUMPABLE: lets the supervisor, not root, see which path a call names
    15,          // PR_SET_NAME
    16,          // PR_GET_NAME
    0x5356_4d41, // PR_SET_VMA: the C library names its arenas
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_call_is_both_allowed_and_denied_or_listed_twice() {
        let allowed = ALLOWED.iter().flat_map(|(_, calls)| calls.iter().copied());
        let mut seen = HashSet::new();
        for number in allowed.chain(denied().map(|denied| denied.number)) {
            assert!(seen.insert(number), "call {number} is listed twice");
        }
        for conditional in CONDITIONAL.iter().chain(CONDITIONAL_HERE) {
            assert!(
                !seen.contains(&conditional.number),
                "{} is also listed flatly",
                conditional.name
            );
        }
    }
}
