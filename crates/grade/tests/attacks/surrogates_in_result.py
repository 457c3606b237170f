# threat: lone surrogates and NUL in a result and an exception
# kind: call
# expect: wrong_answer
def solve(a, b):
    return ["\ud800", "\udcff\0", {"\udfff": "\u2028"}]
