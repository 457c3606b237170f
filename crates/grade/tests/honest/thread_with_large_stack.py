# idiom: a thread with a 128 MiB stack and a raised recursion limit
# stdin: 20000
# expected: 20000
import sys
import threading


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


def main():
    print(depth(int(input())))


sys.setrecursionlimit(10**7)
threading.stack_size(128 * 1024 * 1024)
thread = threading.Thread(target=main)
thread.start()
thread.join()
