# threat: a forged result nested to crush the supervisor's parser
# kind: call
# expect: wrong_answer|runtime_error
import os


def solve(a, b):
    os.write(4, b"V" + b"[" * 400000 + b"]" * 400000 + b"\n")
    os._exit(0)
