# threat: exhausting inodes and memory files
# kind: stdin
# expect: accepted
# expected: contained
# event: memory
import os

made = 0
for index in range(10000):
    try:
        os.memfd_create(str(index))
        made += 1
    except OSError:
        break
for index in range(100):
    try:
        os.mkdir(f"/tmp/scrl-attack-{index}")
        made += 1
    except OSError:
        break
print("contained" if made == 0 else made)
