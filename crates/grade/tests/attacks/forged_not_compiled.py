# threat: forged words about its own compilation and exceptions
# kind: stdin
# expect: syntax_error|wrong_answer|runtime_error|memory_limit
import os

os.write(4, b'N["SyntaxError", "no"]\nR["\xff", 1]\nR["MemoryError", ""]\nC\n')
print("guess")
