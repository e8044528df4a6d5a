# Functions that return values of known types or end by known exceptions. After a line on stdin: all of them, then "QUALNAME EXCEPTION TYPE COUNT" for each, then "done".
from __future__ import print_function

import sys


def none():
    pass


def small():
    return 7


def text(x):
    return "a" + str(x)


def truth(x):
    return x > 3


def constant():
    return 3.5


class Thing(object):
    def method(self):
        return [self]

    def fails(self):
        raise KeyError("on purpose")

    class Inner(object):
        @staticmethod
        def static():
            return Thing


def passes(thing):
    return thing.fails()


def divides(x):
    return 1 // x


def outer():
    def inner(x):
        return {x}
    return inner


def say(*words):
    print(*words)
    sys.stdout.flush()


def run(rounds):
    thing = Thing()
    inner = outer()
    for x in range(rounds):
        none(), small(), text(x), truth(x), constant(), thing.method(), Thing.Inner.static(), inner(x)
        for fails in (thing.fails, lambda: passes(thing), lambda: divides(0)):
            try:
                fails()
            except (KeyError, ZeroDivisionError):
                pass
    return rounds


# Before 3.0 the type's name has its module.
EXCEPTIONS = "exceptions." if sys.version_info[0] == 2 else ""

say("ready", __import__("os").getpid())
sys.stdin.readline()
n = run(20)
for line in [
    ("none", 0, "NoneType", n), ("small", 0, "int", n), ("text", 0, "str", n), ("truth", 0, "bool", n), ("constant", 0, "float", n),
    ("Thing.method", 0, "list", n), ("Thing.fails", 1, EXCEPTIONS + "KeyError", 2 * n), ("Thing.Inner.static", 0, "type", n), ("passes", 1, EXCEPTIONS + "KeyError", n),
    ("divides", 1, EXCEPTIONS + "ZeroDivisionError", n), ("outer", 0, "function", 1), ("outer.<locals>.inner", 0, "set", n), ("run", 0, "int", 1),
    ("run.<locals>.<lambda>", 1, EXCEPTIONS + "KeyError", n), ("run.<locals>.<lambda>", 1, EXCEPTIONS + "ZeroDivisionError", n),
]:
    say(*line)
say("done")
