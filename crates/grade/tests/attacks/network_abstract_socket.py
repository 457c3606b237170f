# threat: network, an abstract unix socket
# kind: stdin
# expect: forbidden
# event: network
import socket

one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
one.connect("\0scrl-attack")
