# threat: what /dev/shm and System V IPC keep for the next run
# kind: stdin
# expect: accepted
# expected: contained
# tests: 2
# event: ipc
import ctypes
import os

libc = ctypes.CDLL(None)
IPC_CREAT = 0o1000
made = []
if libc.shmget(0x5C81, 4096, IPC_CREAT | 0o600) >= 0:
    made.append("shm")
if libc.semget(0x5C81, 1, IPC_CREAT | 0o600) >= 0:
    made.append("sem")
if libc.msgget(0x5C81, IPC_CREAT | 0o600) >= 0:
    made.append("msg")
try:
    made.append(os.open("/dev/shm/scrl-attack", os.O_CREAT | os.O_RDWR))
except OSError:
    pass
print("contained" if not made else made)
