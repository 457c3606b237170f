# idiom: an integer of 5000 digits as a result
# kind: call
# expected-digits: 5000
def solve(a, b):
    return 10**4999
