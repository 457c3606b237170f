# threat: subclasses of plain types with hostile comparison, text and iteration
# kind: call
# expect: wrong_answer|runtime_error
class Text(str):
    __eq__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __hash__ = str.__hash__
    __repr__ = __str__ = lambda self: '"expected"\nV "expected"'


class Number(int):
    __eq__ = lambda self, other: True
    __hash__ = int.__hash__
    __repr__ = __str__ = lambda self: "1\nV[1]"


class Real(float):
    __eq__ = lambda self, other: True
    __hash__ = float.__hash__
    __repr__ = __str__ = lambda self: "NaN"


class Row(list):
    __eq__ = lambda self, other: True
    __iter__ = lambda self: iter([Text("a"), Number(3), Real(0.5)])
    __len__ = lambda self: 3


class Table(dict):
    __eq__ = lambda self, other: True
    items = lambda self: [(Text("k"), Row())]


def solve(a, b):
    return Row([Text("a"), Number(3), Real(0.5), Table(k=1)])
