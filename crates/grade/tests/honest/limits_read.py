# idiom: resource limits and usage read, one's own process named
# stdin: x
# expected: ok
import os
import resource

resource.getrlimit(resource.RLIMIT_AS)
resource.getrusage(resource.RUSAGE_SELF)
resource.prlimit(0, resource.RLIMIT_NOFILE)
resource.prlimit(os.getpid(), resource.RLIMIT_NOFILE)
os.sched_getaffinity(0)
os.cpu_count()
print("ok")
