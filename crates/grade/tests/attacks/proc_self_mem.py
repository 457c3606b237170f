# threat: /proc: its own memory, its parent's, its command line, mounts and descriptors
# kind: stdin
# expect: accepted
# expected: contained
import os

found = []
for name in ("mem", "maps", "environ", "cmdline", "mountinfo", "status", "fd", "root", "cwd", "oom_score_adj"):
    for who in ("self", str(os.getpid()), str(os.getppid()), "1", "thread-self"):
        path = f"/proc/{who}/{name}"
        try:
            found.append((path, os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1)))
        except OSError:
            pass
print("contained" if not found else found)
