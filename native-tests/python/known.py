# Functions that count themselves, for interpreters of every kind: a program's own, embedded, a sub-interpreter, a child. Python 3.6 and later.
#
# `exec` of this file under a name of one's own, then run(N): text of [[file, function, entries, returns, resumptions, yields], ...], which is JSON; made without
# modules, for an embedded interpreter may have none.
COUNTS = {}


def count(function, kind):
    COUNTS.setdefault(function, [0, 0, 0, 0])[kind] += 1


def leaf(number, text="t", *rest, **more):
    count("leaf", 0)
    count("leaf", 1)
    return number


def fails(number):
    count("fails", 0)
    count("fails", 1)
    raise ValueError(number)


def values(number):
    count("values", 0)
    for value in range(number):
        count("values", 3)
        yield leaf(value, "from values")
        count("values", 2)
    count("values", 1)


def deep(number):
    count("deep", 0)
    result = deep(number - 1) if number else leaf(number)
    count("deep", 1)
    return result


def run(rounds):
    count("run", 0)
    for number in range(rounds):
        leaf(number, more=number)
        try:
            fails(number)
        except ValueError:
            pass
        list(values(3))
        deep(5)
        max([1, 2, 3], key=leaf)
    count("run", 1)
    file = run.__code__.co_filename
    return "[" + ", ".join('["%s", "%s", %d, %d, %d, %d]' % ((file, name) + tuple(COUNTS[name])) for name in sorted(COUNTS)) + "]"
