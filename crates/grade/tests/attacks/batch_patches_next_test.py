# threat: code that one test leaves for the next: finalizers, patched modules, hooks, streams, closed descriptors
# kind: stdin
# expect: accepted
# expected: contained
# tests: 4
import builtins
import io
import math
import os
import sys

text = sys.stdin.read()
answer = "contained" if math.sqrt(16) == 4 and len([1, 2]) == 2 and sys.getrecursionlimit() == 1000 else "patched"
print(answer)
sys.stdout.flush()
math.sqrt = lambda x: 0
builtins.len = lambda x: 0
sys.setrecursionlimit(5000)
sys.settrace(None)
sys.excepthook = None
sys.stdout = io.StringIO()
for fd in (0, 1, 2):
    os.close(fd)
