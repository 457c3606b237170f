# threat: numbers that only a forger writes
# kind: call
# expect: wrong_answer|runtime_error
import os


def solve(a, b):
    os.write(4, b"V[1e999999999, -0, 00, 0x1, 1e-999999999, " + b"9" * 300000 + b", NaN, nan]\n")
    os._exit(0)
