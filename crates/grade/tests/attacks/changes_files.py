# threat: changing the interpreter's own files for the next program
# kind: stdin
# expect: accepted
# expected: contained
# event: file
import json
import os

changed = []
for path in (json.__file__, os.__file__, "/scrl/driver.py", "/dev/null"):
    for change in (lambda p: os.chmod(p, 0o777), os.unlink, lambda p: os.truncate(p, 0), lambda p: os.chown(p, 0, 0),
                   lambda p: os.utime(p), lambda p: os.setxattr(p, "user.x", b"1"), lambda p: open(p, "a").write("x")):
        try:
            change(path)
            changed.append(path)
        except OSError:
            pass
changed = [path for path in changed if path != "/dev/null"]
print("contained" if not changed else changed)
