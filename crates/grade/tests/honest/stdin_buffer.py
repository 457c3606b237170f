# idiom: sys.stdin.buffer and sys.stdout.buffer
# stdin: 3 4 5
# expected: 12
import sys

sys.stdout.buffer.write(b"%d\n" % sum(map(int, sys.stdin.buffer.read().split())))
