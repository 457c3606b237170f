# threat: endless loop in C code: a power of huge integers
# kind: stdin
# expect: time_limit|memory_limit
print((3 ** (10**7)) ** (10**4) % 7)
