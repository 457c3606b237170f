# threat: kill(-1): every process it may signal
# kind: stdin
# expect: forbidden
# event: signal
import os
import signal

for target in (-1, 0):
    try:
        os.kill(target, signal.SIGKILL)
    except OSError as error:
        print(error)
