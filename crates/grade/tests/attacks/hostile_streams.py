# threat: standard streams replaced by objects that raise and loop when flushed
# kind: stdin
# expect: runtime_error|no_output|time_limit
import sys


class Stream:
    def __getattr__(self, name):
        raise SystemExit(0)

    def flush(self):
        raise SystemExit(0)


sys.stdout = sys.stderr = sys.__stdout__ = Stream()
del sys.__stderr__
raise ValueError("unexpected")
