"""The way of well-known evaluation harnesses: a forked process a test, the program exec'ed in it, no walls."""

import contextlib
import io
import multiprocessing
import sys


def unsafe_execute(program, text, result):
    sys.stdin = io.StringIO(text)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(program, {"__name__": "__main__"})
    result.append(output.getvalue())


def main():
    path, tests = sys.argv[1], int(sys.argv[2])
    with open(path) as file:
        program = file.read()
    text = sys.stdin.read()
    for _ in range(tests):
        with multiprocessing.Manager() as manager:
            result = manager.list()
            process = multiprocessing.Process(target=unsafe_execute, args=(program, text, result))
            process.start()
            process.join(timeout=10)
            assert len(result) == 1, "the program did not end well"


main()
