# threat: a channel that is shut down, closed, filled, or moved
# kind: stdin
# expect: accepted
# expected: contained
# tests: 4
import os
import socket

try:
    channel = socket.socket(fileno=5)
    channel.shutdown(socket.SHUT_RDWR)
    channel.close()
    os.dup2(4, 5)
except OSError:
    pass
print("contained")
