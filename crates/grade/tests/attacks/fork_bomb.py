# threat: fork bomb
# kind: stdin
# expect: forbidden
# event: process
import os

while True:
    os.fork()
