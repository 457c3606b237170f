# threat: NaN, infinities and huge numbers as results
# kind: call
# expect: wrong_answer
def solve(a, b):
    return [float("nan"), float("inf"), -float("inf"), 10**4000, -(10**400), 1e308 * 10, complex("nan+infj")]
