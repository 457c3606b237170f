import sys

import numpy as np

values = np.array(sys.stdin.read().split()[1:], dtype=np.int64)
print(int(values.sum()), int(np.median(values)), *np.sort(values)[:5].tolist())
