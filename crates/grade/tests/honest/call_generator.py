# idiom: a generator as a result
# kind: call
# expected: [1, 2]
def solve(a, b):
    yield a
    yield b
