# threat: a result nested deeper than any parser's stack
# kind: call
# expect: runtime_error|wrong_answer
import sys

sys.setrecursionlimit(10**6)


def solve(a, b):
    result = []
    for _ in range(100000):
        result = [result]
    return result
