# threat: killing its parent, the zygote
# kind: stdin
# expect: accepted
# expected: contained
# event: signal
# tests: 2
import ctypes
import os
import signal

sent = []
for target in (os.getppid(), 1):
    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):
        try:
            os.kill(target, number)
            sent.append(target)
        except OSError:
            pass
libc = ctypes.CDLL(None)
for call in (62, 200, 234, 129, 297, 424):
    if libc.syscall(call, os.getppid(), os.getppid(), 9, 0) >= 0:
        sent.append(call)
print("contained" if not sent else sent)
