# kind: stdin
# stdin: 3
# expected: 6
# tests: 4
import random
import sys

sys.setrecursionlimit(100_000)
with open(0) as file:
    n = int(file.readline())
random.seed(n)
print(n * 2)
