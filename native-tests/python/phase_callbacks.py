# Python functions that C code calls.
import functools
import re
import weakref

try:
    import ctypes
except ImportError:
    ctypes = None


def key(pair):
    return -pair[1]


def add_one(x):
    return x + 1


def plus(x, y):
    return x + y


def compare(x, y):
    return (x > y) - (x < y)


def replace(match):
    return "<" + match.group(0) + ">"


def noted(reference):
    seen.append(1)


class Item(object):
    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return self.x == other

    def __hash__(self):
        return self.x

    def __del__(self):
        seen.append(2)


seen = []


def native(a, b):
    return a[0] - b[0]


def qsorted(values):
    if ctypes is None:
        return sorted(values)
    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
    array = (ctypes.c_int * len(values))(*values)
    ctypes.CDLL(None).qsort(array, len(values), ctypes.sizeof(ctypes.c_int), kind(native))
    return list(array)


def phase():
    total = sorted([(i, i * 7 % 11) for i in range(11)], key=key)[0][0] + sum(map(add_one, range(12))) + functools.reduce(plus, range(20))
    total += sorted([5, 3, 9, 1], key=functools.cmp_to_key(compare))[0] + len(re.sub(r"\d", replace, "a1b2c3")) + qsorted([5, 3, 8, 1, 9, 2])[0]
    items = [Item(i) for i in range(6)]
    total += items.index(4) + len(set(items))
    watch = weakref.ref(items[0], noted)
    # One by one: what ends as a whole under a profiler may end inside of it, unseen.
    for k in range(6):
        items[k] = None
    total += len(seen) + (watch() is None)
    del seen[:]
    return total
