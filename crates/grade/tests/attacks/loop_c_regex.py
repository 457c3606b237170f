# threat: endless loop in C code: backtracking of a regular expression
# kind: stdin
# expect: time_limit
import re

print(re.match(r"(a+)+$", "a" * 60 + "b"))
