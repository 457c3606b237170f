# idiom: a signal raised and caught, an alarm
# stdin: x
# expected: caught 10 alarm
import os
import signal


class Alarm(Exception):
    pass


def ring(number, frame):
    raise Alarm


signal.signal(signal.SIGUSR1, lambda number, frame: print("caught", number, end=" "))
signal.raise_signal(signal.SIGUSR1)
signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.01)
try:
    while True:
        pass
except Alarm:
    print("alarm")
os.kill(os.getpid(), 0)
