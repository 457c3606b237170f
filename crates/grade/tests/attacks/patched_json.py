# threat: patched json and builtins
# kind: call
# expect: wrong_answer|runtime_error
import builtins
import json


class Always(str):
    __eq__ = lambda self, other: True


json.dumps = lambda *args, **kwargs: Always("true")
json.loads = lambda *args, **kwargs: Always("expected")
builtins.isinstance = lambda *args: True
builtins.len = lambda *args: 0
builtins.str = Always


def solve(a, b):
    return 1
