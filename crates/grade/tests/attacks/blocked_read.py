# threat: waiting for ever on a descriptor that nobody writes to
# kind: stdin
# expect: time_limit
import os

reader, writer = os.pipe()
os.read(reader, 1)
