# threat: output flood on standard error
# kind: stdin
# expect: output_limit
import sys

while True:
    sys.stderr.write("flood" * 1000 + "\n")
