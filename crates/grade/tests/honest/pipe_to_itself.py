# idiom: a pipe and select inside one process
# stdin: x
# expected: b'hello'
import os
import select

reader, writer = os.pipe()
os.write(writer, b"hello")
ready, _, _ = select.select([reader], [], [], 1)
print(os.read(ready[0], 5))
