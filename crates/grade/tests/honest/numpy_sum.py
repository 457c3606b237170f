# idiom: numpy
# needs: numpy
# stdin: 3 4
# expected: 7
import numpy as np

print(np.array(input().split(), dtype=np.int64).sum())
