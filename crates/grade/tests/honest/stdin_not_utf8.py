# idiom: standard input read as bytes that are decoded with another codec
# stdin: é
# expected: 2
import sys

print(len(sys.stdin.buffer.readline().rstrip(b"\n").decode("latin-1")))
