# threat: a thread swaps the path of /dev/null for another one while the supervisor looks at it
# kind: stdin
# expect: accepted
# expected: contained
import ctypes
import os
import threading

NULL, TARGET = b"/dev/null\0", b"/dev/full\0"
SYS_OPENAT, AT_FDCWD = 257, -100
libc = ctypes.CDLL(None, use_errno=True)
path = ctypes.create_string_buffer(NULL, len(NULL))
done = False


def swap():
    while not done:
        ctypes.memmove(path, TARGET, len(TARGET))
        ctypes.memmove(path, NULL, len(NULL))


thread = threading.Thread(target=swap)
thread.start()
wrong = set()
for _ in range(300):
    fd = libc.syscall(SYS_OPENAT, AT_FDCWD, path, os.O_WRONLY)
    if fd >= 0:
        status = os.fstat(fd)
        if (os.major(status.st_rdev), os.minor(status.st_rdev)) != (1, 3):
            wrong.add(status.st_rdev)
        os.close(fd)
done = True
thread.join()
print("contained" if not wrong else wrong)
