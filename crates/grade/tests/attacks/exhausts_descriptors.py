# threat: exhausting descriptors
# kind: stdin
# expect: accepted
# expected: contained
# tests: 2
import os

count = 0
try:
    while count < 10000:
        os.dup(1)
        count += 1
except OSError:
    pass
os.closerange(10, 10000)
print("contained" if count < 1000 else count)
