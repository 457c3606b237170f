# threat: source made at run time to crush the compiler
# kind: stdin
# expect: accepted|runtime_error|memory_limit|time_limit
# expected: contained
for bomb in ("(" * 100000, "[" * 500 + "]" * 500, "-" * 100000 + "1", "a" + ".b" * 100000, "not " * 100000 + "1",
             "lambda:" * 5000 + "1", "1" + "+1" * 100000, "f'{" * 200 + "}'" * 200, "x=" * 50000 + "1"):
    try:
        compile(bomb, "bomb", "exec")
    except (SyntaxError, MemoryError, RecursionError):
        pass
print("contained")
