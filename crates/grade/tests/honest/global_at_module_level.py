# idiom: global at module level
# stdin: 5
# expected: 6
global count
count = int(input())


def bump():
    global count
    count += 1


bump()
print(count)
