# idiom: much output at once, more than a pipe holds
# stdin: x
# expected-times: 100000 12345
for _ in range(100000):
    print(12345)
