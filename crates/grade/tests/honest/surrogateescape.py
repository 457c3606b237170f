# idiom: text that is no UTF-8 passed through with surrogateescape
# stdin: x
# expected: 2 b'\xff\xfe'
text = b"\xff\xfe".decode("utf-8", "surrogateescape")
print(len(text), text.encode("utf-8", "surrogateescape"))
