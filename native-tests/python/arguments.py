# Functions that say what they were called with, what they hold when they end and what they return, for Python 2.7 and 3.6 onwards. Started with a pipe as standard
# input: says that it is ready, waits for a line, runs, and prints one line of JSON: [[kind, function, [[name, repr], ...]], ...] in the order in which it happened.
import functools
import json
import os
import sys

told = []


def tell(kind, function, pairs):
    told.append([kind, function, [[n, repr(v)] for n, v in pairs]])


class Plain(object):
    def t_init(self, x):
        tell("args", "t_init", [("self", self), ("x", x)])
        return self

    @classmethod
    def t_class(cls, y=4):
        tell("args", "t_class", [("cls", cls), ("y", y)])
        return cls

    @staticmethod
    def t_static(z):
        tell("args", "t_static", [("z", z)])
        return z


class Text(str):
    pass


class Failure(Exception):
    pass


def t_two(a, b):
    tell("args", "t_two", [("a", a), ("b", b)])
    return [a, b]


def t_defaults(a, b=2, c="three"):
    tell("args", "t_defaults", [("a", a), ("b", b), ("c", c)])
    return (c, b, a)


def t_stars(a, *rest, **named):
    tell("args", "t_stars", [("a", a), ("rest", rest), ("named", named)])
    return {"rest": rest}


def t_captured(a, b):
    tell("args", "t_captured", [("a", a), ("b", b)])

    def t_inner(c):
        tell("args", "t_inner", [("c", c)])
        return (a, c)

    return t_inner(b)


def t_none():
    tell("args", "t_none", [])


def t_many(a, b, c, d, e, f, g, h, i, j, k, l, m, n):
    tell("args", "t_many", [("a", a), ("b", b), ("c", c), ("d", d), ("e", e), ("f", f), ("g", g), ("h", h), ("i", i), ("j", j), ("k", k), ("l", l), ("m", m), ("n", n)])
    return n


def t_generator(n):
    tell("args", "t_generator", [("n", n)])
    for i in range(n):
        yield i


def t_callback(x):
    tell("args", "t_callback", [("x", x)])
    return -x


def t_fails(why):
    tell("args", "t_fails", [("why", why)])
    raise Failure(why)


def t_held(a):
    text = "local %s" % a
    number = a * 3
    pair = (text, number)
    tell("locals", "t_held", [("a", a), ("text", text), ("number", number), ("pair", pair)])
    return pair


class Holder(object):
    def __init__(self, held):
        tell("args", "__init__", [("self", self), ("held", held)])
        self.held = held


THREE = """
def t_keywords(a, *, key, other=None):
    tell("args", "t_keywords", [("a", a), ("key", key), ("other", other)])
    return key


async def t_coroutine(a):
    tell("args", "t_coroutine", [("a", a)])
    return a


def run_three():
    value("t_keywords", t_keywords(1, key="k"))
    value("t_keywords", t_keywords([], other={1: 2}, key=b"bytes"))
    try:
        t_coroutine(u"gr\\u00f6\\u00dfe").send(None)
    except StopIteration as end:
        value("t_coroutine", end.value)
"""

EIGHT = """
def t_positional(a, b, /, c, *, d):
    tell("args", "t_positional", [("a", a), ("b", b), ("c", c), ("d", d)])
    return d


def run_eight():
    value("t_positional", t_positional(1, 2, 3, d=4))
"""


def value(function, result):
    tell("value", function, [("", result)])
    return result


def run():
    plain = Plain()
    big = 10 ** 40
    objects = [
        0, 1, -1, 255, 2 ** 15, -2 ** 31, 2 ** 62, -2 ** 64, big, True, False, None, 0.5, -1e300, 3j, "", "ascii", u"caf\u00e9", u"\u4e2d\u6587", u"\U0001f40d!", b"", b"by\x00te\xff",
        [], [1, [2, 3]], (), (1,), (1, "two", None), {}, {"k": 1, 2: [3]}, set(), {7}, frozenset([1, 2, 3]), bytearray(b"moved"), range(3), slice(1, None, 2),
        len, t_none, plain.t_init, Plain, Failure("a", 1), ValueError("text"), Text("sub"), Ellipsis, NotImplemented,
    ]
    for a in objects:
        value("t_two", t_two(a, [a]))
    value("t_defaults", t_defaults(1))
    value("t_defaults", t_defaults(1, c=u"\u00fc"))
    value("t_stars", t_stars(1))
    value("t_stars", t_stars(1, 2, "3", [4], key=5))
    value("t_captured", t_captured([1], {"two": 2}))
    value("t_none", t_none())
    value("t_many", t_many(*range(14)))
    list(t_generator(2))
    functools.reduce(lambda a, b: b, sorted([3, 1, 2], key=t_callback))
    list(map(t_callback, (8, 9)))
    plain.t_init(5)
    value("t_class", Plain.t_class())
    value("t_static", Plain.t_static(plain))
    Holder("held")
    for i in range(30):
        value("t_static", Plain.t_static(i))
        Holder(i)
    try:
        t_fails("on purpose")
    except Failure:
        pass
    t_held(14)
    t_held(u"\u00e4")
    if sys.version_info >= (3, 6):
        run_three()
    if sys.version_info >= (3, 8):
        run_eight()


if sys.version_info >= (3, 6):
    exec(compile(THREE, __file__, "exec"))
if sys.version_info >= (3, 8):
    exec(compile(EIGHT, __file__, "exec"))

if __name__ == "__main__":
    print("ready %d" % os.getpid())
    sys.stdout.flush()
    if sys.stdin.readline():
        run()
        print(json.dumps(told))
        sys.stdout.flush()
        sys.stdin.readline()
