# threat: an exception whose text ends the process with success
# kind: call
# expect: runtime_error
import os


class Hostile(Exception):
    def __str__(self):
        os._exit(0)


def solve(a, b):
    raise Hostile
