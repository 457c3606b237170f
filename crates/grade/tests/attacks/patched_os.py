# threat: the exit and write functions that the harness calls, patched
# kind: stdin
# expect: runtime_error|wrong_answer|no_output
import os
import sys
import threading
import traceback

os._exit = lambda code: None
os.write = lambda fd, data: len(data)
sys.exit = lambda code=0: None
traceback.print_exc = lambda *args, **kwargs: os._exit(0)
threading._shutdown = lambda: os._exit(0)
raise ValueError("unexpected")
