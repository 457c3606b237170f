# threat: garbage and descriptors on the channel of a batch
# kind: stdin
# expect: accepted
# expected: contained
# tests: 3
import array
import os
import socket

try:
    channel = socket.socket(fileno=os.dup(5))
except OSError:
    channel = None
if channel:
    files = array.array("i", [0, 1, 2] * 20)
    for _ in range(50):
        try:
            channel.sendmsg([b"garbage"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)], socket.MSG_DONTWAIT)
            channel.send(b"", socket.MSG_DONTWAIT)
        except OSError:
            break
print("contained")
