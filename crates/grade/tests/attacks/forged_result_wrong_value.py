# threat: a forged value on the result descriptor, then a clean end
# kind: call
# expect: wrong_answer
import os


def solve(a, b):
    os.write(4, b"V[1]\n")
    os._exit(0)
