# idiom: os.read and os.write on descriptors, with fstat for the length
# stdin: 3 4
# expected: 7
import os

os.write(1, b"%d\n" % sum(map(int, os.read(0, os.fstat(0).st_size).split())))
