# threat: memory bomb, a big integer
# kind: stdin
# expect: memory_limit|time_limit
number = 1
while True:
    number <<= 1 << 28
