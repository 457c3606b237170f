# threat: state left by one test for the next in what the kernel keeps: limits, mask, folder, offsets, locks
# kind: stdin
# expect: accepted
# expected: contained
# tests: 3
import fcntl
import os
import resource
import signal
import sys

found = []
if resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 17:
    found.append("limit")
if signal.SIGUSR1 in signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1]):
    found.append("mask")
if os.getcwd() == "/usr":
    found.append("folder")
if os.umask(0o123) == 0o123:
    found.append("umask")
if os.lseek(1, 0, os.SEEK_CUR) != 0:
    found.append("offset")
if not os.read(0, 100):
    found.append("input")
if len(os.sched_getaffinity(0)) == 0:
    found.append("affinity")
resource.setrlimit(resource.RLIMIT_NOFILE, (17, 17))
os.chdir("/usr")
print("contained" if not found else found)
