# idiom: debug output to standard error
# stdin: 3 4
# expected: 7
import sys

print("debug", file=sys.stderr)
sys.stderr.write("more\n")
print(sum(map(int, input().split())))
