# -*- coding: utf-8 -*-
"""Threads that wait in known places, each with a stack of another kind, and what sys._current_frames() says of all of them.
Runs under CPython 2.7 and 3.x. Output: `ready PID`, then a line of JSON {"threads": [{"ident", "name", "frames": [[file, line, function, qualname or null, {variable: repr or null}], ...]}]},
innermost frame first. A line on stdin ends it. `--threads N`: N more threads that wait ten functions deep. `--busy`: one more that never waits."""
from __future__ import print_function
import ctypes
import functools
import json
import os
import sys
import tempfile
import threading
import time
import traceback

PARK = threading.Lock()
PARK.acquire()
PARKED = []


def park():
    PARKED.append(1); PARK.acquire(); PARK.release()


def recursion(depth=40):
    if depth:
        return recursion(depth - 1)
    return park()


def generators():
    def inner():
        yield 1
        park()
        yield 2

    def outer():
        for value in inner():
            yield value

    for _ in outer():
        pass


def c_callbacks():
    list(map(lambda value: sorted([value, value], key=lambda v: park()), [1]))


def qsort():
    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
    def compare(left, right):
        park()
        return left[0] - right[0]

    numbers = (ctypes.c_int * 2)(2, 1)
    ctypes.CDLL(None).qsort(numbers, len(numbers), ctypes.sizeof(ctypes.c_int), compare)


class Context(object):
    def __init__(self, wait=False):
        self.wait = wait
        if wait:
            park()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        park()

    @property
    def value(self):
        return park()

    def __getattr__(self, name):
        return park()

    def __lt__(self, other):
        return park()

    class Inner(object):
        @staticmethod
        def static():
            Context().missing


def exits():
    with Context():
        pass


def initialises():
    Context(
        wait=True,
    )


def compares():
    return max([Context(), Context()])


def finally_():
    try:
        raise ValueError(1)
    except ValueError:
        try:
            pass
        finally:
            [value for value in [Context().value]]


def partial():
    functools.partial(
        functools.reduce,
        lambda a, b: Context.Inner.static(),
    )([1, 2])


def executed():
    source = u"def caf\u00e9():\n\n    call()\ncaf\u00e9()\n" if sys.version_info[0] >= 3 else "def cafe():\n\n    call()\ncafe()\n"
    exec(compile(source, "<made-\u4e2d>" if sys.version_info[0] >= 3 else "<made>", "exec"), {"call": park, "__name__": "made"})


def far_line():
    source = "def far():\n" + "    x = 1\n" * 700 + "    call(\n" + "\n" * 300 + "    1)\nfar()\n"
    exec(compile(source, "far.py", "exec"), {"call": lambda _: park(), "__name__": "far"})


def python3():
    namespace = {"park": park, "__name__": "three"}
    exec(compile("""
class Awaited:
    def __await__(self):
        yield from delegated()
def delegated():
    park()
    yield 1
async def innermost():
    await Awaited()
async def coroutine():
    async def nested():
        return await innermost()
    await nested()
def three():
    coroutine().send(None)
three()
""", "three.py", "exec"), namespace)


def deep(depth=10):
    return deep(depth - 1) if depth else park()


def shares(first, second=2, *rest, **more):
    text = u"caf\u00e9"
    total = [first, (second, text)]
    unset = None
    del unset

    def inner(own):
        squares = [own * value for value in range(3)]
        return first, total, park(), squares

    first = 10
    return inner(u"own")


def shared():
    shares(1, 2.5, "three", "four", five=5)


def spin():
    count = 0
    while True:
        count += 1


KINDS = [recursion, generators, c_callbacks, qsort, exits, initialises, compares, finally_, partial, executed, far_line, shared] + ([python3] if sys.version_info[0] >= 3 else [])


def wait_for_input():
    return sys.stdin.readline()


def show(value):
    """What a reader from outside should print; null for what has a repr of its own."""
    if type(value) in (str, type(u"")) and len(value) > 256:
        part = repr(value[:256])
        return u"%s\u2026%s" % (part[:-1], part[-1])
    if type(value) in (int, float, bool, type(None), str, type(u""), bytes, type(show)) or (type(value) in (list, tuple) and all(show(item) for item in value)):
        return repr(value)
    return object.__repr__(value) if type(value) in (Context, Context.Inner) else None


def variables(frame):
    return {} if frame.f_locals is frame.f_globals else dict((name, show(value)) for name, value in frame.f_locals.items())


def describe(frame):
    frames = []
    while frame is not None:
        code = frame.f_code
        frames.append([code.co_filename, frame.f_lineno, code.co_name, getattr(code, "co_qualname", None), variables(frame)])
        frame = frame.f_back
    return frames


def traced(frame):
    """As tracebacks have it, innermost frame first."""
    return [[entry[0], entry[1], entry[2]] for entry in reversed(traceback.extract_stack(frame))]


def dumped():
    """What faulthandler says of all threads; nothing in 2.7, which has none."""
    try:
        import faulthandler
    except ImportError:
        return None
    with tempfile.TemporaryFile() as output:
        faulthandler.dump_traceback(output, all_threads=True)
        output.seek(0)
        return output.read().decode("ascii")


def report(main, count):
    while len(PARKED) < count or sys._current_frames()[main].f_code.co_name != "wait_for_input":
        time.sleep(0.01)
    names = dict((thread.ident, thread.name) for thread in threading.enumerate())
    own = threading.current_thread().ident
    print("ready %d" % os.getpid())
    print(json.dumps({"threads": [
        {"ident": ident, "name": names[ident], "frames": describe(frame), "traceback": traced(frame)} for ident, frame in sys._current_frames().items() if ident != own
    ], "faulthandler": dumped()}))
    sys.stdout.flush()
    # It stays, too, so that nothing changes any more.
    PARK.acquire()


def main():
    more = int(sys.argv[sys.argv.index("--threads") + 1]) if "--threads" in sys.argv else 0
    for kind in KINDS + [deep] * more:
        thread = threading.Thread(target=kind, name=u"waits in %s" % kind.__name__)
        thread.daemon = True
        thread.start()
    if "--busy" in sys.argv:
        thread = threading.Thread(target=spin, name="spins")
        thread.daemon = True
        thread.start()
    reporter = threading.Thread(target=report, args=(threading.current_thread().ident, len(KINDS) + more), name="reporter")
    reporter.daemon = True
    reporter.start()
    wait_for_input()
    os._exit(0)


main()
