# threat: reading the tests' files, the host's files, other users' homes
# kind: stdin
# expect: accepted
# expected: contained
import glob
import os

found = []
for path in ("/etc/passwd", "/etc/shadow", "/etc/hostname", "/root/.bashrc", "/home", "/tmp", "/var/log",
             "/run", "/sys/kernel", "/boot", "/mnt", "/opt/secret"):
    try:
        found.append((path, os.listdir(path) if os.path.isdir(path) else open(path).read(1)))
    except OSError:
        pass
for folder in ("/", "/home", "/root", "/srv", "/var", "/etc"):
    try:
        names = os.listdir(folder)
    except OSError:
        continue
    found += [os.path.join(folder, name) for name in names if name.endswith((".jsonl", ".json", ".rs", ".toml"))]
print("contained" if not found else found)
