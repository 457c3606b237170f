# threat: endless loop in Python
# kind: stdin
# expect: time_limit
while True:
    pass
