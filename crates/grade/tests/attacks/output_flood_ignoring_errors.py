# threat: output flood that ignores the kernel's refusal and ends with 0
# kind: stdin
# expect: output_limit
import os
import signal

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for _ in range(1000):
    try:
        os.write(1, b"x" * (1 << 20))
    except OSError:
        pass
os._exit(0)
