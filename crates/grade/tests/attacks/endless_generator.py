# threat: a generator without end as the result
# kind: call
# expect: memory_limit|time_limit
def solve(a, b):
    while True:
        yield a
