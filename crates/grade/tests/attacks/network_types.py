# threat: every other kind of socket: netlink, packet, vsock, raw
# kind: stdin
# expect: accepted
# expected: contained
# event: network
import socket

made = []
for family in (1, 2, 10, 16, 17, 38, 40):
    for kind in (1, 2, 3, 5):
        try:
            made.append(socket.socket(family, kind))
        except OSError:
            pass
for family in (2, 10, 16, 30):
    try:
        made.append(socket.socketpair(family, 1))
    except OSError:
        pass
print("contained" if not made else made)
