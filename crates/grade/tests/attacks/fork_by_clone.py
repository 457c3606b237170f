# threat: a process made by a raw clone or clone3 call instead of fork
# kind: stdin
# expect: accepted
# expected: contained
# event: process
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
SYS_CLONE, SYS_FORK, SYS_VFORK, SYS_CLONE3 = 56, 57, 58, 435
made = [libc.syscall(SYS_CLONE, 17, 0, 0, 0, 0), libc.syscall(SYS_FORK), libc.syscall(SYS_CLONE3, 0, 0)]
print("contained" if made == [-1, -1, -1] else made)
