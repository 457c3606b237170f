# threat: a shell
# kind: stdin
# expect: forbidden
# event: exec
import os

for path in ("/bin/sh", "/bin/bash", "/usr/bin/python3", "/lib64/ld-linux-x86-64.so.2"):
    try:
        os.execv(path, [path, "-c", "echo expected"])
    except OSError as error:
        print(error)
