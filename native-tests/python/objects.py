# -*- coding: utf-8 -*-
"""Makes objects of every builtin kind and tells their addresses with what repr() says of them: what a reader of this process's memory should find.
Runs under CPython 2.7 and 3.x. A line of output each: JSON [name, address, repr, attributes], attributes null or [[name, repr], ...] in order."""
from __future__ import print_function
import collections
import json
import os
import shutil
import sys
import tempfile
import types

PY2 = sys.version_info[0] == 2
if PY2:
    range_type = xrange  # noqa: F821
    unichr_ = unichr  # noqa: F821
    text_type = unicode  # noqa: F821
else:
    range_type = range
    unichr_ = chr
    text_type = str

OBJECTS = []


def add(name, value, expected=None, attributes=None):
    OBJECTS.append((name, value, repr(value) if expected is None else expected, attributes))


def with_attributes(name, value):
    add(name, value, object.__repr__(value), [(key, repr(item)) for key, item in vars(value).items()])


class Plain(object):
    def method(self):
        return self

    @classmethod
    def of_class(cls):
        return cls

    class Inner(object):
        pass


class Printed(object):
    def __repr__(self):
        raise SystemError("the reader ran code of the target")


class Slots(object):
    __slots__ = ("a",)


class MyList(list):
    pass


class MyTuple(tuple):
    pass


class MyDict(dict):
    pass


class MyInt(int):
    pass


class MyText(text_type):
    pass


class MySet(set):
    pass


class PrintedList(list):
    def __repr__(self):
        raise SystemError("the reader ran code of the target")


class MyError(ValueError):
    pass


class Meta(type):
    pass


Made = Meta("Made", (object,), {})


def generator():
    yield 1


def closure(captured):
    def inner():
        return captured
    return inner


def numbers():
    for value in [0, 1, -1, 7, 255, 256, -5, 2**15, 2**30 - 1, 2**30, -2**30, 2**31, -2**31, 2**60 - 1, 2**60, 2**62, 2**63 - 1, -2**63, 2**63, 2**64, 2**100, -2**100, 10**40]:
        add("int %d" % value, value)
    add("big int", 3**1000)
    for value in [0.0, -0.0, 1.0, -1.5, 0.1, 1 / 3.0, 1e15, 1e16, 123456789012345680.0, 1e22, 1e300, 1e-300, 1e-4, 1e-5, 0.00012345, 5e-324,
                  1.7976931348623157e308, float("inf"), float("-inf"), float("nan")]:
        add("float %r" % value, value)
    for value in [1 + 2j, -2j, 1.5 - 0.5j, 0j, complex(-0.0, 1), complex(1, float("nan"))]:
        add("complex %r" % value, value)
    add("true", True)
    add("false", False)
    add("none", None)
    add("ellipsis", Ellipsis)
    add("not implemented", NotImplemented)
    if PY2:
        add("long 0", long(0))  # noqa: F821
        add("long", long(-5))  # noqa: F821
        add("long big", long(12345678901234567890))  # noqa: F821


def texts():
    for name, value in [
        ("empty", u""), ("ascii", u"hello world"), ("latin-1", u"caf\xe9 \xff"), ("ucs2", u"\u0416\u4e2d\u6587"), ("ucs4", u"a\U0001f600b"),
        ("surrogate", u"a\ud800b"), ("controls", u"\0\t\n\r\x1b\x7f\x80\xad\u200b\u2028"), ("quotes", u"it's"), ("both quotes", u"'\""),
        ("double", u'"'), ("backslash", u"a\\b"), ("long", u"x" * 3000), ("long ucs2", u"\u0416" * 700), ("not assigned", u"\U000e0fff\ue000"),
    ]:
        add("text " + name, value)
    for name, value in [("empty", b""), ("ascii", b"abc"), ("binary", b"\0\x01\x7f\x80\xff\n\t\\"), ("quote", b"it's"), ("both", b"'\""), ("long", b"y" * 2000)]:
        add("bytes " + name, value)
    moved = bytearray(b"0123456789" * 20)
    del moved[:150]
    for name, value in [("empty", bytearray()), ("some", bytearray(b"ab\0\xff'")), ("moved", moved)]:
        add("bytearray " + name, value)
    add("subclass of text", MyText(u"caf\xe9"))


def containers():
    add("list", [1, u"a", None, [2.5, (3,)]])
    add("empty list", [])
    add("tuple", (1, (2,), ()))
    add("empty tuple", ())
    add("dict", {u"a": 1, u"b": [2]})
    add("empty dict", {})
    add("general dict", {1: u"a", (2, 3): None, u"x": {}})
    deleted = dict((u"key%d" % k, k) for k in range(20))
    for k in range(0, 20, 3):
        del deleted[u"key%d" % k]
    add("dict after deletes", deleted)
    add("dict of 300", dict((k, k * k) for k in range(300)))
    large = dict((k, k) for k in range(70000))
    for k in range(69930):
        del large[k]
    add("dict of 70000 after deletes", large)
    add("set", {1, 2, 3, u"x"})
    add("empty set", set())
    dummies = set(range(40))
    for k in range(0, 40, 2):
        dummies.discard(k)
    add("set after deletes", dummies)
    add("frozenset", frozenset([1, u"y"]))
    add("empty frozenset", frozenset())
    add("set of text", set([u"a", u"b", u"c"]))
    cycle = [1]
    cycle.append(cycle)
    add("list in itself", cycle)
    ring = {}
    ring[u"self"] = ring
    ring[u"list"] = cycle
    add("dict in itself", ring)
    twice = [1]
    add("same list twice", [twice, twice])
    add("nested", [[[[[[[[1]]]]]]]])
    add("slice", slice(1, None, u"x"))
    add("range", range_type(5))
    add("range from", range_type(2, 9))
    add("range step", range_type(10, 0, -3))
    add("subclass of list", MyList([1, 2]))
    add("subclass of tuple", MyTuple((1,)))
    add("subclass of dict", MyDict(a=1))
    add("subclass of int", MyInt(12345678901234567890 if not PY2 else 12345))
    add("subclass of set", MySet([1]))
    printed = PrintedList([1, 2])
    add("printed list", printed, object.__repr__(printed)[:-1] + " [1, 2]>")
    ordered = collections.OrderedDict([(u"a", 1)])
    if not PY2:
        add("ordered dict", ordered, object.__repr__(ordered)[:-1] + " {'a': 1}>")
    counts = collections.defaultdict(int, {u"a": 1})
    add("default dict", counts, object.__repr__(counts)[:-1] + " {%r: 1}>" % u"a")
    deque = collections.deque([1])
    add("deque", deque, object.__repr__(deque))


def instances():
    plain = Plain()
    add("plain without attributes", plain)
    plain.x = 1
    plain.y = u"two"
    plain.z = [3]
    with_attributes("plain", plain)
    many = Plain()
    for k in range(20):
        setattr(many, "a%d" % k, k)
    with_attributes("20 attributes", many)
    more = Plain()
    for k in range(60):
        setattr(more, "b%d" % k, k)
    with_attributes("60 attributes", more)
    changed = Plain()
    changed.x, changed.y, changed.z = 1, 2, 3
    del changed.x
    changed.x = 4
    with_attributes("deleted and set again", changed)
    materialised = Plain()
    materialised.x = 1
    materialised.__dict__[u"y" if not PY2 else "y"] = 2
    with_attributes("materialised dict", materialised)
    replaced = Plain()
    replaced.x = 1
    replaced.__dict__ = {"p": 1, "q": 2}
    with_attributes("replaced dict", replaced)
    error = MyError(u"m")
    error.code = 7
    add("error with attributes", error)
    printed = Printed()
    add("printed", printed, object.__repr__(printed))
    slots = Slots()
    slots.a = 1
    add("slots", slots)
    add("inner", Plain.Inner())
    add("object", object())
    own = MyInt(5)
    own.tag = u"t"
    add("int with attributes", own)
    if PY2:
        exec("class Old:\n    pass\nold = Old(); old.a = 1; globals()['Old'] = Old; globals()['old'] = old")
        add("old class", Old)  # noqa: F821
        add("old instance", old, repr(old), [(k, repr(v)) for k, v in vars(old).items()])  # noqa: F821
        add("unbound", Plain.method)


def exceptions():
    add("exception", ValueError(u"x"))
    add("exception without", KeyError())
    add("exception with two", RuntimeError(1, u"b"))
    try:
        open("/nonexistent/file")
    except EnvironmentError as error:
        add("os error", error)
    try:
        u"\xff".encode("ascii")
    except UnicodeError as error:
        add("unicode error", error)
    add("own exception", MyError([1]))
    add("stop", StopIteration(3))


def named():
    add("function", add)
    add("lambda", lambda: 0)
    add("closure", closure(1))
    add("cell", closure(u"c").__closure__[0] if not PY2 else closure(u"c").func_closure[0])
    add("method", Plain().method)
    add("class method", Plain.of_class)
    add("builtin", len)
    add("builtin method", [].append)
    add("builtin of module", os.getpid)
    add("class", Plain)
    add("inner class", Plain.Inner)
    add("builtin class", int)
    add("exception class", ValueError)
    add("class of c", collections.deque)
    add("class with metaclass", Made)
    add("type", type)
    add("module", json)
    add("builtin module", sys)
    add("package", collections)
    add("main", sys.modules["__main__"])
    add("made module", types.ModuleType("made"))
    if not PY2:
        folder = tempfile.mkdtemp()
        os.mkdir(os.path.join(folder, "spaces"))
        sys.path.append(folder)
        add("namespace package", __import__("spaces"))
        shutil.rmtree(folder)
    add("code", add.__code__)
    add("generator", generator())
    if not PY2:
        namespace = {"__name__": "elsewhere"}
        exec("async def coroutine():\n    pass\nasync def asynchronous():\n    yield 1\n", namespace)
        coroutine = namespace["coroutine"]()
        add("coroutine", coroutine)
        add("async generator", namespace["asynchronous"]())


def main():
    numbers()
    texts()
    containers()
    instances()
    exceptions()
    named()
    print("ready %d" % os.getpid())
    sys.stdout.flush()
    for name, value, expected, attributes in OBJECTS:
        print(json.dumps([name, id(value), expected, attributes]))
    print("done objects=%d" % len(OBJECTS))
    sys.stdout.flush()
    sys.stdin.readline()
    for _, value, _, _ in OBJECTS:
        if type(value).__name__ == "coroutine":
            value.close()


main()
