# idiom: open(1, "w") that is never closed
# stdin: 3 4
# expected: 7
out = open(1, "w")
out.write(str(sum(map(int, input().split()))))
