# threat: rewriting standard input and the job
# kind: stdin
# expect: accepted
# expected: contained
import fcntl
import os

changed = []
for change in (lambda: os.write(0, b"x"), lambda: os.ftruncate(0, 0), lambda: os.pwrite(0, b"x", 0),
               lambda: fcntl.fcntl(0, 1033, 0)):
    try:
        change()
        changed.append(change)
    except OSError:
        pass
print("contained" if not changed else changed)
