# threat: flood of the result descriptor
# kind: call
# expect: output_limit
import os


def solve(a, b):
    while True:
        os.write(4, b"V[1]\n" * 10000)
