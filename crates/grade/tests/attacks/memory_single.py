# threat: memory bomb, one allocation
# kind: stdin
# expect: memory_limit
block = bytearray(b"\1") * (2 << 30)
print(len(block))
