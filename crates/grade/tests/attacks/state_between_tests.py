# threat: state left by one test for the next: modules, builtins, environment, globals, threads
# kind: stdin
# expect: accepted
# expected: contained
# tests: 3
import builtins
import gc
import os
import sys
import threading
import types

found = [
    name
    for name, there in {
        "module": "scrl_left" in sys.modules,
        "builtin": hasattr(builtins, "scrl_left"),
        "environment": "SCRL_LEFT" in os.environ,
        "attribute": hasattr(os, "scrl_left"),
        "class": hasattr(types.ModuleType, "scrl_left"),
        "thread": threading.active_count() != 1,
        "object": any(type(item).__name__ == "ScrlLeft" for item in gc.get_objects()),
        "pid": os.getpid() == 1,
    }.items()
    if there
]
sys.modules["scrl_left"] = builtins.scrl_left = os.scrl_left = type("ScrlLeft", (), {})()
os.environ["SCRL_LEFT"] = "1"
os.putenv("SCRL_LEFT", "1")
print("contained" if not found else found)
