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
    # Standard streams, the job, the result, spare standard streams; the two pipes of batches.
    is_file = fd in (0, 1, 2, 3, 4, 40, 41, 42) and stat.S_ISREG(kind.st_mode)
    is_pipe = fd in (5, 6) and stat.S_ISFIFO(kind.st_mode)
    if not is_file and not is_pipe:
        found.append((fd, oct(kind.st_mode)))
print("contained" if not found else found)
