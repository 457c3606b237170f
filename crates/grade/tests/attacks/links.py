# threat: symbolic and hard links
# kind: stdin
# expect: accepted
# expected: contained
# event: file
import os

made = []
for folder in ("/tmp", "/", "/dev", "/scrl", "."):
    for make in (os.symlink, os.link, os.rename):
        try:
            make(os.__file__, os.path.join(folder, "scrl-attack-link"))
            made.append((make.__name__, folder))
        except OSError:
            pass
print("contained" if not made else made)
