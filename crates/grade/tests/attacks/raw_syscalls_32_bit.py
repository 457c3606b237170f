# threat: system calls through the 32-bit entry, whose numbers mean other calls
# kind: stdin
# expect: accepted|runtime_error|forbidden
# expected: contained
import ctypes
import mmap

# mov eax, 2 (fork); int 0x80; ret
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(b"\xb8\x02\x00\x00\x00\xcd\x80\xc3")
call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
result = call()
print("contained" if result < 0 else "forked")
