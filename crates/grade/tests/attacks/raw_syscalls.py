# threat: dangerous system calls, made directly
# kind: stdin
# expect: accepted
# expected: contained
# event: kernel
# event: identity
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
CALLS = {
    "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "unshare": 272, "setns": 308, "bpf": 321,
    "perf_event_open": 298, "io_uring_setup": 425, "keyctl": 250, "add_key": 248, "init_module": 175, "reboot": 169,
    "setuid": 105, "setresuid": 117, "capset": 126, "personality": 135, "seccomp": 317, "userfaultfd": 323,
    "memfd_create": 319, "openat2": 437, "pidfd_open": 434, "clone3": 435, "fsopen": 430, "landlock": 444,
    "open_by_handle_at": 304, "io_setup": 206, "splice": 275, "vmsplice": 278, "sched_setscheduler": 144,
    "setpriority": 141, "ioprio_set": 251, "quotactl": 179, "swapon": 167, "acct": 163, "sethostname": 170,
    "kexec_load": 246, "iopl": 172, "ioperm": 173, "modify_ldt": 154, "fanotify_init": 300, "inotify_init1": 294,
    "mq_open": 240, "x32_write": 0x40000001, "unknown": 999, "fchmodat2": 452, "memfd_secret": 447,
}
made = [name for name, number in CALLS.items() if libc.syscall(number, 0, 0, 0, 0, 0, 0) >= 0]
print("contained" if not made else made)
