# threat: a signal sent to the zygote by the kernel, as the owner of a descriptor
# kind: stdin
# expect: accepted
# expected: contained
# tests: 2
import fcntl
import os
import signal

F_SETOWN, F_SETSIG = 8, 10
done = []
reader, writer = os.pipe()
for target in (os.getppid(), 1, -1):
    try:
        fcntl.fcntl(reader, F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(reader, F_SETOWN, target)
        fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC)
        os.write(writer, b"x")
        done.append(target)
    except OSError:
        pass
print("contained" if not done else done)
