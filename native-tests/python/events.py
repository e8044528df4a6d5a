# Raises and catches exceptions, collects garbage and imports modules, for Python 2.7 and 3.6 onwards. After a line on stdin: all of it, then what there was to see, a
# line each, then "done". What the exceptions are is said where they are, in comments that begin with "#!": "raised" or "caught", the type, the message or -,
# and for a "with", whose handler has no line of its own in some versions, no line (anywhere).
import gc
import os
import shutil
import sys
import tempfile

ROUNDS = 3


class Custom(ValueError):
    pass


def fails(depth):
    if depth == 0:
        raise Custom("five frames down")  #! raised Custom five_frames_down
    return fails(depth - 1)


def by_statement():
    try:
        raise ValueError("on purpose")  #! raised ValueError on_purpose
    except ValueError:  #! caught ValueError on_purpose
        pass
    try:
        raise KeyError  #! raised KeyError -
    except KeyError:  #! caught KeyError -
        pass
    try:
        raise KeyError(5)  #! raised KeyError -
    except (TypeError, KeyError):  #! caught KeyError -
        pass


def by_c_code(table):
    for key in ("one", "two"):
        try:
            table[key]  #! raised KeyError one; raised KeyError two
        except KeyError:  #! caught KeyError one; caught KeyError two
            pass
    try:
        int("x")  #! raised ValueError invalid_literal_for_int()_with_base_10:_'x'
    except ValueError:  #! caught ValueError invalid_literal_for_int()_with_base_10:_'x'
        pass
    # Taken back in C.
    return getattr(table, "missing", None), hasattr(table, "nothing"), table.get("three")


def many_frames():
    try:
        fails(5)
    except Custom:  #! caught Custom five_frames_down
        pass


def finally_blocks():
    done = []
    try:
        try:
            try:
                raise ValueError("through finally")  #! raised ValueError through_finally
            finally:
                done.append(1)  #! caught ValueError through_finally
        finally:
            done.append(2)  #! caught ValueError through_finally
    except ValueError:  #! caught ValueError through_finally
        pass
    try:
        done.append(3)
    finally:
        done.append(4)
    return done


def wrong_type():
    try:
        try:
            raise ValueError("not a key")  #! raised ValueError not_a_key
        except KeyError:  #! caught ValueError not_a_key
            pass
    except ValueError:  #! caught ValueError not_a_key
        pass


def again():
    try:
        try:
            raise ValueError("first")  #! raised ValueError first
        except ValueError as e:  #! caught ValueError first
            raise e  #! raised ValueError first
    except ValueError:  #! caught ValueError first
        pass
    try:
        try:
            raise ValueError("bare")  #! raised ValueError bare
        except ValueError:  #! caught ValueError bare
            raise
    except ValueError:  #! caught ValueError bare
        pass
    try:
        try:
            raise ValueError("inner")  #! raised ValueError inner
        except ValueError:  #! caught ValueError inner
            raise KeyError("outer")  #! raised KeyError outer
    except KeyError:  #! caught KeyError outer
        pass


class Manager(object):
    def __init__(self, answer):
        self.answer = answer

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return self.answer


def with_blocks():
    with Manager(True):  #! caught anywhere ValueError in_with
        raise ValueError("in with")  #! raised ValueError in_with
    try:
        with Manager(False):  #! caught anywhere ValueError passes_with
            raise ValueError("passes with")  #! raised ValueError passes_with
    except ValueError:  #! caught ValueError passes_with
        pass
    with Manager(False):
        pass


def closed():
    done = []
    try:
        yield 1  #! raised GeneratorExit -
        yield 2
    finally:
        done.append(1)  #! caught GeneratorExit -


def catching():
    try:
        yield 1  #! raised ValueError thrown
    except ValueError:  #! caught ValueError thrown
        yield 2


class Countdown(object):
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration  #! raised StopIteration -
        self.n -= 1
        return self.n

    next = __next__


def generators():
    g = closed()
    next(g)
    g.close()
    g = catching()
    next(g)
    g.throw(ValueError("thrown"))
    try:
        next(g)  #! raised StopIteration -
    except StopIteration:  #! caught StopIteration -
        pass
    return sum(Countdown(4)) + sum(n for n in (1, 2, 3))


def exceptions(table):
    by_statement()
    by_c_code(table)
    many_frames()
    finally_blocks()
    wrong_type()
    again()
    with_blocks()
    generators()


class Counter(object):
    """What gc.callbacks tells, where they are."""

    def __init__(self):
        self.starts = self.stops = 0

    def __call__(self, phase, info):
        self.starts += phase == "start"
        self.stops += phase == "stop"


def collections(collected):
    for generation in (0, 0, 1, 2, 2):
        for n in range(4 * (generation + 1)):
            cycle = []
            cycle.append(cycle)
        del cycle
        collected.append((generation, gc.collect(generation)))


def write_modules(folder):
    os.mkdir(os.path.join(folder, "events_package"))
    for name, text in (
        ("events_a", "import events_b, events_b\n"), ("events_b", "import sys\n"), ("events_fails", "raise RuntimeError('on import')\n"),
        ("events_package/__init__", ""), ("events_package/inner", "X = 1\n"),
    ):
        with open(os.path.join(folder, *name.split("/")) + ".py", "w") as source:
            source.write(text)


def imports(folder):
    sys.path.insert(0, folder)
    for _ in range(3):
        import events_a
        import events_b
    import events_package.inner
    from events_package import inner
    import sys as system
    for name in ("events_missing", "events_fails"):
        try:
            __import__(name)
        except (ImportError, RuntimeError):
            pass
    return events_a, events_b, events_package.inner, inner, system


def say(*words):
    sys.stdout.write(" ".join(str(w) for w in words) + "\n")
    sys.stdout.flush()


def expected():
    with open(os.path.abspath(__file__.replace(".pyc", ".py"))) as source:
        for line, text in enumerate(source, 1):
            for what in (text.split("  #" + "! ") + [""])[1].split(";"):
                words = what.split()
                if words and words[1] == "anywhere":
                    yield words[0], words[2], words[3], 0
                elif words:
                    yield words[0], words[1], words[2], line


def main():
    folder = tempfile.mkdtemp()
    write_modules(folder)
    counter = Counter()
    callbacks = getattr(gc, "callbacks", [])
    callbacks.append(counter)
    collected = []
    gc.disable()
    gc.collect()
    counter.__init__()
    say("ready", os.getpid())
    sys.stdin.readline()
    for _ in range(ROUNDS):
        exceptions({})
        collections(collected)
    imports(folder)
    # Nothing that is to be seen is behind this line.
    say("over")
    sys.stdin.readline()
    for event in expected():
        say(*event + (ROUNDS,))
    for generation, count in collected:
        say("collected", generation, count)
    say("callbacks", counter.starts, counter.stops)
    for name, found in (
        ("events_a", 1), ("events_b", 1), ("events_package", 1), ("events_package.inner", 1), ("events_missing", 0), ("events_fails", 0),
    ):
        say("imported", name, found)
    say("done")
    shutil.rmtree(folder)


main()
