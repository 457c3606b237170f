# idiom: sys.setrecursionlimit(10**6) and deep recursion with a cache
# stdin: 8000
# expected: 8000
import functools
import sys

sys.setrecursionlimit(10**6)


@functools.lru_cache(None)
def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


print(depth(int(input())))
