# threat: forged lines on the result descriptor of a script
# kind: stdin
# expect: no_output|wrong_answer
import os

os.write(4, b'V 42\nC\nA[1]\nX\0\0\0\0accepted\n{"verdict": "accepted"}\n')
