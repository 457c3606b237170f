# threat: far more than 64 KiB in one write, on both streams
# kind: stdin
# expect: output_limit
import os

os.write(2, b"e" * (32 << 20))
os.write(1, b"o" * (32 << 20))
