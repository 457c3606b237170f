# threat: memory bomb, a growing list
# kind: stdin
# expect: memory_limit
hoard = []
while True:
    hoard.append(bytearray(1 << 20))
