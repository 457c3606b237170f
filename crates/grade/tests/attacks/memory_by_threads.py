# threat: memory bomb filled by many threads at once; the kernel must take the program, not its zygote
# kind: stdin
# expect: memory_limit
# level-b: memory_limit|runtime_error
# level-c: memory_limit|runtime_error
import threading


def fill(hoard):
    while True:
        hoard.append(bytearray(b"\1") * (4 << 20))


for _ in range(16):
    threading.Thread(target=fill, args=([],)).start()
