# threat: an exit handler that hides a failure with os._exit(0)
# kind: stdin
# expect: runtime_error
import atexit
import os

atexit.register(os._exit, 0)
raise ValueError("unexpected")
