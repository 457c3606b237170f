# threat: an exit handler that never ends
# kind: stdin
# expect: time_limit
import atexit


def forever():
    while True:
        pass


atexit.register(forever)
print("guess")
