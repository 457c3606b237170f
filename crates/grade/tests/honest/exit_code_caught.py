# idiom: SystemExit caught by the program itself
# stdin: x
# expected: caught 3
import sys

try:
    sys.exit(3)
except SystemExit as error:
    print("caught", error.code)
