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
    if fd > 4 or fd == 3 or not stat.S_ISREG(kind.st_mode):
        found.append((fd, oct(kind.st_mode)))
print("contained" if not found else found)
