# threat: an exit code that is not what it seems
# kind: stdin
# expect: runtime_error|no_output
import sys


class Code(int):
    __and__ = __rand__ = lambda self, other: "0"
    __index__ = __int__ = lambda self: 0


sys.exit(Code(7))
