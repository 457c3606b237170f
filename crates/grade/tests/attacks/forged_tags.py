# threat: the harness's own tags for what JSON lacks, returned as data
# kind: call
# expect: wrong_answer|runtime_error
def solve(a, b):
    return {"__scrl__": ["repr", "x"], "a": {"__scrl__": ["set", {"__scrl__": ["dict", 1]}]}}
