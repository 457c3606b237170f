# idiom: reading until EOFError
# stdin: 3 4
# expected: 7
total = 0
while True:
    try:
        total += sum(map(int, input().split()))
    except EOFError:
        break
print(total)
