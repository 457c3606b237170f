# idiom: os.devnull opened for writing, standard error sent there
# stdin: 3 4
# expected: 7
import os
import sys

sys.stderr = open(os.devnull, "w")
print("debug", file=sys.stderr)
with open("/dev/null", "wb", buffering=0) as sink:
    sink.write(b"x")
print(sum(map(int, input().split())))
