# threat: forged tags nested to crush the supervisor's parser
# kind: call
# expect: wrong_answer|runtime_error
import os


def solve(a, b):
    os.write(4, b"V" + b'{"__scrl__": ["set", [' * 30000 + b"\n")
    os._exit(0)
