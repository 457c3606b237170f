# threat: walking the frames to the harness and changing what it holds
# kind: call
# expect: wrong_answer|runtime_error
import gc
import sys


def solve(a, b):
    frame = sys._getframe()
    harness = {}
    while frame:
        harness.update(frame.f_globals)
        frame.f_locals.update(code=0, job={"run": "call", "args": "[]"})
        frame = frame.f_back
    harness["report"]("V", '"guess"')
    harness["RUNNERS"].clear()
    for item in gc.get_objects():
        if isinstance(item, dict) and "RESULT_FD" in item:
            item["RESULT_FD"] = 1
            item["encode"] = lambda value: '"expected"'
    return "guess"
