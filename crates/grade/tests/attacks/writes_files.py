# threat: writing files wherever one could be written
# kind: stdin
# expect: accepted
# expected: contained
# event: file
import os

written = []
for folder in ("/tmp", "/var/tmp", "/dev/shm", "/", ".", "/scrl", "/dev", "/run", "/usr/lib", os.path.dirname(os.__file__)):
    path = os.path.join(folder, "scrl-attack-file")
    for flags in (os.O_CREAT | os.O_WRONLY, os.O_CREAT | os.O_RDWR, os.O_TMPFILE | os.O_RDWR):
        try:
            written.append((folder, os.open(path if flags & os.O_CREAT else folder, flags)))
        except OSError:
            pass
    try:
        os.mkdir(path)
        written.append(path)
    except OSError:
        pass
print("contained" if not written else written)
