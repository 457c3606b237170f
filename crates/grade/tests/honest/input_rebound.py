# idiom: input rebound to sys.stdin.readline, print to sys.stdout.write
# stdin: 3 4
# expected: 7
import sys

input = sys.stdin.readline
print = sys.stdout.write
print(str(sum(map(int, input().split()))) + "\n")
