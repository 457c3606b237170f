# threat: os._exit(0) before the function is even called
# kind: call
# expect: runtime_error
import os

os._exit(0)
