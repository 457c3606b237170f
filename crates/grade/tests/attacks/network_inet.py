# threat: network, to the machine itself
# kind: stdin
# expect: forbidden
# event: network
import socket

socket.create_connection(("127.0.0.1", 22), timeout=1)
print("connected")
