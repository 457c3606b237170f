# threat: an object whose conversions loop or raise
# kind: call
# expect: time_limit|runtime_error|memory_limit
class Endless:
    def tolist(self):
        return Endless()

    def __iter__(self):
        while True:
            yield self

    def __repr__(self):
        raise SystemExit(0)


def solve(a, b):
    return [Endless(), {Endless(): Endless()}]
