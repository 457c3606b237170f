# threat: lone surrogates and line ends in an exception's name and text
# kind: call
# expect: runtime_error
def solve(a, b):
    raise type("E\nV[1]\n", (Exception,), {})("\ud800\nV[1]\nC\n\0" + "x" * 100000)
