"""A Python whose names say that they are 4 GiB long, and one that is: run by tests of bounds.

The function's name claims a length that memory does not have; the type's name is 4 GiB of letters without an end, the same two megabytes mapped over and over.
"""
import ctypes
import os
import sys
import time

WHOLE, PIECE = 4 << 30, 2 << 20
PROT_NONE, PROT_READ, MAP_SHARED, MAP_PRIVATE, MAP_FIXED, MAP_ANONYMOUS, MAP_NORESERVE = 0, 1, 1, 2, 0x10, 0x20, 0x4000

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]

class Thing:
    pass

def claimed(value):
    time.sleep(0.001)
    return value

def endless():
    file = os.memfd_create("letters")
    os.write(file, b"A" * PIECE)
    begin = libc.mmap(None, WHOLE + PIECE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    for offset in range(0, WHOLE, PIECE):
        libc.mmap(begin + offset, PIECE, PROT_READ, MAP_SHARED | MAP_FIXED, file, 0)
    return begin

# struct _typeobject: tp_name behind ob_refcnt, ob_type, ob_size. PyASCIIObject: length behind ob_refcnt and ob_type.
ctypes.c_void_p.from_address(id(Thing) + 24).value = endless()
name = claimed.__code__.co_name
ctypes.c_ssize_t.from_address(id(name) + 16).value = WHOLE
if hasattr(claimed.__code__, "co_qualname"):
    ctypes.c_ssize_t.from_address(id(claimed.__code__.co_qualname) + 16).value = WHOLE
print("ready", os.getpid(), flush=True)

while sys.stdin is not None:
    claimed(Thing())
