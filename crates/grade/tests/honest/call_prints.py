# idiom: a call solution that prints at module level and while it runs
# kind: call
# expected: [3]
print("loaded")


def solve(a, b):
    print("debug")
    return (a + b,)
