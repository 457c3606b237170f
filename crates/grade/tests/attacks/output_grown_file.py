# threat: standard output made huge without writing: a sparse file
# kind: stdin
# expect: output_limit|runtime_error
import os

os.ftruncate(1, 1 << 20)
try:
    os.ftruncate(1, 1 << 40)
except OSError:
    pass
