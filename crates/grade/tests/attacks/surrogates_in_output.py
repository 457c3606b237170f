# threat: lone surrogates and bytes that are no text in the output
# kind: stdin
# expect: wrong_answer|runtime_error
import sys

print("\udcff\udc80 ok")
sys.stdout.flush()
sys.stdout.buffer.write(b"\xff\xfe\x00\xed\xa0\x80\n")
print("\ud800")
