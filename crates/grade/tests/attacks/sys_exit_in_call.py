# threat: sys.exit(0) in a call test
# kind: call
# expect: runtime_error
import sys


def solve(a, b):
    print("expected")
    sys.exit(0)
