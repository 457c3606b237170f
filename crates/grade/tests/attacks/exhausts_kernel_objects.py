# threat: exhausting timers, pipes, sockets in flight
# kind: stdin
# expect: accepted|memory_limit
# expected: contained
# tests: 2
import array
import os
import socket

one, other = socket.socketpair()
made = 0
try:
    while made < 5000:
        reader, writer = os.pipe()
        one.setblocking(False)
        one.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [reader, writer]))])
        os.close(reader)
        os.close(writer)
        made += 1
except OSError:
    pass
print("contained" if made < 5000 else made)
