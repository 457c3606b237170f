# threat: datagrams to any unix socket, sent from one end of a socket pair, which needs no connect
# kind: stdin
# expect: forbidden
# event: network
import socket

one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
for address in ("\0scrl-attack", "/dev/log", "/run/systemd/journal/socket"):
    try:
        one.sendto(b"out", address)
        print("sent", repr(address))
    except OSError as error:
        print(error)
