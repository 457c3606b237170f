# threat: more threads than the limit
# kind: stdin
# expect: accepted
# expected: contained
# level-c: accepted|wrong_answer
# note: at level C without root the program shares its user with others, so its threads are not counted
import threading
import time

threading.stack_size(64 << 10)
started = 0
try:
    for _ in range(4000):
        threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
        started += 1
except RuntimeError:
    pass
print("contained" if started < 200 else started)
