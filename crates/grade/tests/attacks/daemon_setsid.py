# threat: a daemon that leaves its session and outlives the run
# kind: stdin
# expect: forbidden
# event: process
import os

try:
    os.setsid()
except OSError:
    pass
if os.fork() == 0:
    os.setsid()
    while True:
        pass
