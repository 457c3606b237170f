# threat: an integer whose decimal text takes for ever
# kind: call
# expect: time_limit|memory_limit|output_limit
def solve(a, b):
    return 7 ** (5 * 10**7)
