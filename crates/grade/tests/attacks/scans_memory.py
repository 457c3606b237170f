# threat: scanning its own memory for the expected output, which a fork of the supervisor would still hold
# kind: stdin
# expect: wrong_answer|runtime_error
import ctypes

needle = b"expected" + b"-output-"
libc = ctypes.CDLL(None)
libc.sbrk.restype = ctypes.c_void_p
end = libc.sbrk(0)
anchors = [id(object()), end - (1 << 20)]
libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p]
page = ctypes.create_string_buffer(1)
own = id(needle) & ~4095
for anchor in anchors:
    for address in range((anchor & ~4095) - (8 << 20), (anchor & ~4095) + (8 << 20), 4096):
        if address == own or libc.mincore(address, 4096, page) != 0 or page.raw == b"\0":
            continue
        block = ctypes.string_at(address, 4096)
        at = block.find(needle)
        if at >= 0 and len(block[at:].split(b"\0")[0]) > len(needle):
            print(block[at:].split(b"\0")[0].decode("latin-1"))
print("searched")
