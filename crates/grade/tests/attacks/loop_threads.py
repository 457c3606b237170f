# threat: CPU time used by many threads at once
# kind: stdin
# expect: time_limit
import hashlib
import threading

block = b"x" * (1 << 22)


def burn():
    while True:
        hashlib.sha256(block).digest()


for _ in range(8):
    threading.Thread(target=burn).start()
