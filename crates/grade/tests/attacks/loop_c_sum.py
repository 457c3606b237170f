# threat: endless loop in C code that never looks at signals: sum over a range
# kind: stdin
# expect: time_limit
print(sum(range(10**12)))
