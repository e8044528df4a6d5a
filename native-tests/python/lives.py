# -*- coding: utf-8 -*-
"""Makes and deletes known numbers of instances and threads, and lets threads wait for the GIL in known phases.

lives.py   prints "ready PID"; then for each line on stdin: "instances", "threads", "alone" or "contend", does that and answers

"instances" -> a line "NAME MADE DELETED" for every class, then "done"
"threads"   -> "thread IDENT" for every thread that was started and has ended, then "done"
"alone"     -> "done": one thread that works and lets go of the GIL, which nobody else wants
"contend"   -> "waited THREADS MILLISECONDS", then "done": how long so many busy threads ran, each of which always wanted the GIL
"""
from __future__ import print_function

import gc
import io
import os
import sys
import threading
import time
import types

sys.dont_write_bytecode = True
MANY = 2000
DEEP = 3000


class Plain(object):
    def __init__(self, value):
        self.value = value


class Bare(object):
    pass


class Slotted(object):
    __slots__ = ("value", "other")


class Empty(object):
    __slots__ = ()


class Made(object):
    def __new__(cls, *arguments):
        return super(Made, cls).__new__(cls)


class OfList(list):
    pass


class OfDict(dict):
    pass


class OfTuple(tuple):
    pass


class OfInt(int):
    pass


class OfStr(str):
    pass


class OfBytes(bytes):
    pass


class OfFloat(float):
    pass


class OfSet(set):
    pass


class OfModule(types.ModuleType):
    pass


class Problem(Exception):
    pass


class SystemProblem(OSError):
    pass


class Meta(type):
    pass


class Knot(object):
    """Part of a cycle."""


class Link(object):
    """One of a chain, the end of which takes all others with it."""

    def __init__(self, behind):
        self.behind = behind


class Ended(object):
    """Has a finaliser."""

    ended = 0

    def __del__(self):
        Ended.ended += 1


class Returning(object):
    """Stays when it is first deleted."""

    def __del__(self):
        if not hasattr(self, "back"):
            self.back = True
            RETURNED.append(self)


class Failing(object):
    """Is made, and then is not."""

    def __init__(self):
        raise ValueError


def hot(cls, *arguments):
    for _ in range(MANY):
        cls(*arguments)


def plain_hot():
    # The call of a class with an __init__ in Python, which 3.13 and later specialise.
    for k in range(MANY):
        Plain(k)


def bare_hot():
    for _ in range(MANY):
        Bare()


def problems():
    for _ in range(100):
        try:
            raise Problem("of %s" % 1)
        except Problem:
            pass
    for _ in range(100):
        try:
            # CPython makes the instance when it is handled or, in later versions, raised.
            raise Problem
        except Problem:
            pass
    for _ in range(50):
        try:
            raise SystemProblem(2, "no such thing")
        except OSError:
            pass
    for _ in range(25):
        try:
            Failing()
        except ValueError:
            pass


def knots():
    for _ in range(50):
        one, two = Knot(), Knot()
        one.other, two.other = two, one


def chain():
    last = None
    for _ in range(DEEP):
        last = Link(last)


def kept():
    return [Bare() for _ in range(10)]


KEPT = []
RETURNED = []


def instances():
    """What is made and deleted, by class."""
    gc.disable()
    plain_hot()
    bare_hot()
    hot(Slotted)
    hot(Empty)
    hot(Made, 1, 2)
    hot(OfList, (1, 2))
    hot(OfDict, {1: 2})
    hot(OfTuple, (1, 2))
    hot(OfInt, 12345)
    hot(OfStr, "text")
    hot(OfBytes, b"text")
    hot(OfFloat, 1.5)
    hot(OfSet, (1, 2))
    hot(Ended)
    for _ in range(20):
        OfModule("name")
    for _ in range(20):
        Meta("Class", (object,), {})
    gc.collect()
    problems()
    knots()
    gc.collect()
    chain()
    gc.collect()
    KEPT.extend(kept())
    for _ in range(10):
        Returning()
    del RETURNED[:]
    gc.enable()
    counts = {
        cls.__name__: (MANY, MANY)
        for cls in (Plain, Slotted, Empty, Made, OfList, OfDict, OfTuple, OfInt, OfStr, OfFloat, OfSet, Ended)
    }
    # In 2.7 bytes is another name of str.
    counts.update(
        Bare=(MANY + 10, MANY), OfBytes=(MANY, MANY), OfModule=(20, 20), Meta=(20, 20), Problem=(200, 200), SystemProblem=(50, 50),
        Failing=(25, 25), Knot=(100, 100), Link=(DEEP, DEEP), Returning=(10, 20))
    return counts


def threads():
    idents = []

    def ends():
        idents.append(threading.current_thread().ident)

    def fails():
        ends()
        raise ValueError

    # The tracebacks of threads are none of ours.
    errors, sys.stderr = sys.stderr, io.StringIO() if sys.version_info[0] > 2 else io.BytesIO()
    for target in (ends, ends, fails, ends, fails):
        thread = threading.Thread(target=target)
        thread.start()
        thread.join()
    together = [threading.Thread(target=ends) for _ in range(20)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    sys.stderr = errors
    return idents


def alone():
    for k in range(200):
        # Lets go of the GIL.
        os.stat(".")
        Plain(k)


def contend():
    # Both always want the GIL, so that at any time one of them waits.
    end = []
    spent = []

    def work():
        start = time.time()
        while not end:
            for k in range(1000):
                k * k
        spent.append(time.time() - start)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    start = time.time()
    while time.time() - start < 0.3:
        for k in range(1000):
            k * k
    end.append(True)
    for worker in workers:
        worker.join()
    return sum(spent)


def say(*words):
    print(*words)
    sys.stdout.flush()


def main():
    say("ready", os.getpid())
    while True:
        command = sys.stdin.readline().strip()
        if command == "instances":
            for name, (made, deleted) in sorted(instances().items()):
                say(name, made, deleted)
        elif command == "threads":
            for ident in threads():
                say("thread", ident)
        elif command == "alone":
            alone()
        elif command == "contend":
            say("waited", 2, int(contend() * 1000))
        else:
            break
        say("done")


if __name__ == "__main__":
    main()
