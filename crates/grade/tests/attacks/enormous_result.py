# threat: a result larger than the output limit
# kind: call
# expect: output_limit
def solve(a, b):
    return ["expected"] * 1000000
