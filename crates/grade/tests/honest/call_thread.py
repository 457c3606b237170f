# idiom: a call solution that recurses in a thread with a large stack
# kind: call
# expected: 5000
import sys
import threading

sys.setrecursionlimit(10**6)
threading.stack_size(64 << 20)


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


def solve(a, b):
    result = []
    thread = threading.Thread(target=lambda: result.append(depth(5000)))
    thread.start()
    thread.join()
    return result[0]
