# idiom: standard output redirected to a string and back
# stdin: 3 4
# expected: 7
import contextlib
import io

buffer = io.StringIO()
with contextlib.redirect_stdout(buffer):
    print(sum(map(int, input().split())))
print(buffer.getvalue(), end="")
