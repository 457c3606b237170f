# threat: rewriting output after the fact
# kind: stdin
# expect: wrong_answer
import os

os.write(1, b"first guess\n")
os.lseek(1, 0, os.SEEK_SET)
os.write(1, b"other guess\n")
os.ftruncate(1, 0)
os.lseek(1, 0, os.SEEK_SET)
os.write(1, b"last guess\n")
