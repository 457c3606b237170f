# threat: memory that no resource limit of one process counts: shared anonymous mappings
# kind: stdin
# expect: memory_limit
# level-b: memory_limit|runtime_error
# level-c: memory_limit|runtime_error
import mmap

maps = []
while True:
    block = mmap.mmap(-1, 16 << 20)
    for at in range(0, len(block), 4096):
        block[at] = 1
    maps.append(block)
