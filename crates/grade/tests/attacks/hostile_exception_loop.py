# threat: an exception whose text never ends
# kind: stdin
# expect: time_limit
class Hostile(Exception):
    def __str__(self):
        while True:
            pass


raise Hostile
