# idiom: a thread that is still printing when the main program ends
# stdin: x
# expected: late
import threading
import time


def late():
    time.sleep(0.05)
    print("late")


threading.Thread(target=late).start()
