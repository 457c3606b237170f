# threat: lowering the zygote's limits, so that the next programs fail
# kind: stdin
# expect: accepted
# expected: contained
# tests: 3
import os
import resource

changed = []
for target in (os.getppid(), 1):
    for name in ("NOFILE", "AS", "DATA", "STACK", "CPU", "FSIZE", "NPROC"):
        try:
            resource.prlimit(target, getattr(resource, "RLIMIT_" + name), (1, 1))
            changed.append(name)
        except OSError:
            pass
    try:
        os.sched_setaffinity(target, {0})
        changed.append("affinity")
    except OSError:
        pass
print("contained" if not changed else changed)
