# threat: descriptors left open for the program: the control socket, pipes, files of the supervisor
# kind: stdin
# expect: accepted
# expected: contained
import fcntl
import os
import stat

found = []
for fd in range(0, 4096):
    try:
        kind = os.fstat(fd)
    except OSError:
        continue
    # Standard streams, the result; in a batch also the job, the channel, spare standard streams.
    is_expected = fd in (0, 1, 2, 3, 4, 40, 41, 42) and stat.S_ISREG(kind.st_mode)
    if not is_expected and not (fd == 5 and stat.S_ISSOCK(kind.st_mode)):
        found.append((fd, oct(kind.st_mode)))
print("contained" if not found else found)
