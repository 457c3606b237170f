# idiom: output written by an exit handler
# stdin: x
# expected: first last
import atexit

atexit.register(print, "last")
print("first", end=" ")
