# idiom: sys.exit() and exit(0) at the end
# stdin: 3 4
# expected: 7
import sys

print(sum(map(int, input().split())))
try:
    exit(0)
finally:
    sys.exit()
