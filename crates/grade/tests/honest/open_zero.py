# idiom: open(0)
# stdin: 3 4
# expected: 7
a, b = map(int, open(0).read().split())
print(a + b)
