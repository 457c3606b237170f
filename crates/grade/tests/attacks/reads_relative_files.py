# threat: reading the supervisor's current folder
# kind: stdin
# expect: accepted
# expected: contained
import os

found = []
for path in ("Cargo.toml", "tests", "../Cargo.toml", "src", "problems.jsonl"):
    if os.path.exists(path):
        found.append(path)
try:
    if os.path.exists(os.path.join(os.getcwd(), "Cargo.toml")):
        found.append(os.getcwd())
except OSError:
    pass
print("contained" if not found else found)
