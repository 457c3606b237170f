# threat: tracing its parent and siblings, reading their memory
# kind: stdin
# expect: accepted
# expected: contained
# event: trace
import ctypes
import os

libc = ctypes.CDLL(None)
PTRACE_TRACEME, PTRACE_ATTACH, PTRACE_SEIZE = 0, 16, 0x4206
made = []
for target in {os.getppid(), 1, 2, 3}:
    for request in (PTRACE_ATTACH, PTRACE_SEIZE):
        if libc.ptrace(request, target, 0, 0) >= 0:
            made.append((target, request))
    buffer = ctypes.create_string_buffer(16)
    vector = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 16)
    if libc.process_vm_readv(target, vector, 1, vector, 1, 0) >= 0:
        made.append((target, "read"))
if libc.ptrace(PTRACE_TRACEME, 0, 0, 0) >= 0:
    made.append("traceme")
print("contained" if not made else made)
