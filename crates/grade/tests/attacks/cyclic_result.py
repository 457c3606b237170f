# threat: a result that contains itself
# kind: call
# expect: runtime_error|memory_limit
def solve(a, b):
    result = [a, b]
    result.append(result)
    return result
