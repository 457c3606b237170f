# threat: every descriptor closed before the result is written
# kind: call
# expect: runtime_error
import os


def solve(a, b):
    os.closerange(0, 64)
    return "expected"
