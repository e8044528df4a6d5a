# What functions of the C library do to blocks, called by ctypes, for Python 2.7 and 3.6 onwards. Says that it is ready, waits for a line, runs, says how it went as JSON, and waits
# for another line.
import ctypes
import json
import mmap
import os
import sys

# By PyDLL, which keeps the GIL: a thread that has given it up runs no Python.
libc = ctypes.PyDLL(None)
for name in ("malloc", "realloc", "aligned_alloc", "memalign", "valloc"):
    getattr(libc, name).restype = ctypes.c_void_p
SIZE = 1 << 20
WORD = ctypes.c_size_t


# A block that goes without free (its pages are unmapped), and another that is given its address.
def missed():
    block = libc.malloc(WORD(SIZE))
    # malloc/malloc.c: what is this large is mapped by itself, a header of 16 bytes before it.
    length = (SIZE + 16 + mmap.PAGESIZE - 1) // mmap.PAGESIZE * mmap.PAGESIZE
    libc.munmap(ctypes.c_void_p(block - 16), WORD(length))
    # The system chooses where; other gaps of that length may come first.
    others = []
    while block not in others and len(others) < 500:
        others.append(libc.malloc(WORD(SIZE)))
    for other in others:
        libc.free(ctypes.c_void_p(other))
    return len(others) + 1 if block in others else 0


# Blocks that stay as they are because realloc fails; one is freed later.
def fails():
    block = libc.malloc(WORD(SIZE))
    other = libc.malloc(WORD(SIZE))
    failed = libc.realloc(ctypes.c_void_p(block), WORD(1 << 62)) is None and libc.realloc(ctypes.c_void_p(other), WORD(1 << 62)) is None
    libc.free(ctypes.c_void_p(block))
    return failed


def grows():
    block = libc.malloc(WORD(SIZE))
    return libc.realloc(ctypes.c_void_p(block), WORD(2 * SIZE)) is not None


def by_place():
    block = ctypes.c_void_p()
    wrong = libc.posix_memalign(ctypes.byref(block), WORD(3), WORD(SIZE))
    return wrong != 0 and libc.posix_memalign(ctypes.byref(block), WORD(4096), WORD(SIZE)) == 0


def aligned():
    block = libc.aligned_alloc(WORD(64), WORD(SIZE))
    libc.free(ctypes.c_void_p(libc.memalign(WORD(128), WORD(SIZE))))
    libc.free(ctypes.c_void_p(libc.valloc(WORD(SIZE))))
    return block is not None


if __name__ == "__main__":
    print("ready %d" % os.getpid())
    sys.stdout.flush()
    if sys.stdin.readline():
        # Blocks and bytes of a size that nothing else has, and how many of them are kept.
        done = [missed(), fails(), grows(), by_place(), aligned()]
        print(json.dumps({"done": done, "missed": [done[0], done[0] * SIZE, 0], "fails": [2, 2 * SIZE, SIZE], "grows": [2, 3 * SIZE, 2 * SIZE],
                          "by_place": [1, SIZE, SIZE], "aligned": [3, 3 * SIZE, SIZE]}))
        sys.stdout.flush()
        sys.stdin.readline()
