# threat: os._exit(0) in a call test
# kind: call
# expect: runtime_error
import os


def solve(a, b):
    os._exit(0)
