# threat: telling the supervisor that all tests of a batch are done, without doing them
# kind: stdin
# expect: no_output
# tests: 5
import os

for _ in range(20):
    try:
        os.write(5, b"D\0")
    except OSError:
        break
