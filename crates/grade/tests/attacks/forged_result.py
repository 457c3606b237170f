# threat: forged lines on the result descriptor
# kind: call
# expect: wrong_answer
import os


def solve(a, b):
    os.write(4, b'C\nV[1]\nA[[1]]\nV 42\nVtrue\nV"expected"\n')
    os._exit(0)
