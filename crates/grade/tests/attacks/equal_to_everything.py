# threat: an object that is equal to everything
# kind: call
# expect: wrong_answer
class Equal:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __hash__(self):
        return 0


def solve(a, b):
    return Equal()
