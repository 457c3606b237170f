# threat: endless recursion with a raised limit, until the stack ends
# kind: stdin
# expect: runtime_error|memory_limit|time_limit
import sys

sys.setrecursionlimit(10**9)


def down(n):
    return down(n + 1) + 1


class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")


print(repr(Deep().a), down(0))
