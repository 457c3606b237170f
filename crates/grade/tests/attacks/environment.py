# threat: secrets in the environment
# kind: stdin
# expect: accepted
# expected: contained
import ctypes
import os

known = {"PYTHONHASHSEED", "PYTHONUTF8", "PYTHONSAFEPATH", "PATH", "HOME", "LANG", "TZ", "MALLOC_ARENA_MAX",
         "LD_BIND_NOW", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LC_CTYPE"}
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
names, index = set(os.environ), 0
while environ[index]:
    names.add(environ[index].split(b"=")[0].decode())
    index += 1
print("contained" if names <= known else sorted(names - known))
