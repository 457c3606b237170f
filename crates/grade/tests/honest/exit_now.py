# idiom: os._exit(0) after a flush, to skip slow destructors
# stdin: 3 4
# expected: 7
import os
import sys

print(sum(map(int, input().split())))
sys.stdout.flush()
os._exit(0)
