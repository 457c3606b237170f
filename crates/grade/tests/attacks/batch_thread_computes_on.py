# threat: a thread that goes on with one test in the time of the next
# kind: stdin
# expect: accepted
# expected: contained
# tests: 3
import sys
import threading
import time


def write_on():
    # Long after this test's end, on a slow machine too.
    time.sleep(5)
    for _ in range(40):
        time.sleep(0.01)
        sys.__stdout__.write("from the test before\n")
        sys.__stdout__.flush()


print("contained")
sys.stdout.flush()
if threading.active_count() == 1:
    threading.Thread(target=write_on, daemon=True).start()
