# threat: an exception whose text and class name raise, loop and lie
# kind: stdin
# expect: runtime_error
class Meta(type):
    @property
    def __name__(cls):
        raise SystemExit(0)


class Hostile(Exception, metaclass=Meta):
    def __str__(self):
        raise SystemExit(0)

    __repr__ = __str__


print("guess")
raise Hostile
