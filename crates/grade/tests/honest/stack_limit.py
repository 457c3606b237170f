# idiom: the stack limit raised, then deep recursion on the main thread
# stdin: 20000
# expected: 20000
import resource
import sys

try:
    resource.setrlimit(resource.RLIMIT_STACK, (-1, -1))
except (ValueError, OSError):
    pass
sys.setrecursionlimit(10**6)


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


print(depth(int(input())))
