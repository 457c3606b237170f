# idiom: an argument changed in place
# kind: call
# args: [[3, 1, 2]]
# expected: [1, 2, 3]
def solve(numbers):
    numbers.sort()
