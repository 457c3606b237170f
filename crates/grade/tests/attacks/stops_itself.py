# threat: the program stops itself
# kind: stdin
# expect: time_limit
import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
