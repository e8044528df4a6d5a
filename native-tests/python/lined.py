# -*- coding: utf-8 -*-
"""Executes lines a known number of times.

lined.py   prints "ready PID"; then for each line on stdin: "run" does the work, in this thread, in one that was there before and in one that is started for it, and answers
           "done"; "truth" does the same under sys.settrace, answers "NAME FILE:LINE COUNT" for every line that ends in "# at NAME", then "done"; "forget" makes and drops more code
           with these lines, reads the code of all functions as dis does, and answers "done".
"""
from __future__ import print_function

import io
import os
import sys
import threading

sys.dont_write_bytecode = True
counts = {}
FILE = os.path.abspath(__file__)
LONG = "/generated/long.py"


class Failed(Exception):
    pass


def plain(n):
    total = n * 2                                       # at first
    for k in range(3):
        total += k                                      # at loop
    if n % 3 == 0:
        total -= 1                                      # at branch
    return total                                        # at return


def caught(n):
    try:
        if n % 2:
            raise Failed(n)                             # at raise
        return 0
    except Failed as e:                                 # at except
        handled = len(e.args)                           # at handler
        return handled
    finally:
        n += 1                                          # at finally


def numbers(n):
    for k in range(n):
        yield k                                         # at yield
        n += 1                                          # at resumed


def closure(n):
    held = [n]

    def inner(k):
        return (k +                                     # at inner
                held[0])

    return [inner(k) for k in range(2)]


def together(n):
    shorter = lambda: plain(n)                          # at lambda
    return (plain(1), plain(2), caught(n), list(numbers(3)), closure(n),  # at long
            shorter())


def enlarged():
    # So much code that jumps need extended arguments, in a file of its own. Its line 4 is at far.
    names = {}
    exec(compile(u"def many(n):\n    if n > 0:\n        " + u"; ".join([u"n += 1", u"n -= 1"] * 200) + u"\n        n -= 1\n    return n\n", LONG, "exec"), names)
    return names.pop("many")


def work():
    for n in range(100):
        together(n)
        big(n)


def marks():
    with io.open(FILE, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if u"# at " in line and u'"' not in line:
                yield line.split(u"# at ")[1].split()[0], number


def tracer(frame, event, argument):
    file = frame.f_code.co_filename
    if os.path.abspath(file) != FILE and file != LONG:
        return None
    if event == "line":
        key = (file == LONG, frame.f_lineno)
        counts[key] = counts.get(key, 0) + 1
    return tracer


def serve():
    while True:
        asked.acquire()
        if traced:
            sys.settrace(tracer)
        work()
        sys.settrace(None)
        answered.release()


def run(is_traced):
    global traced
    traced = is_traced
    asked.release()
    answered.acquire()
    late = threading.Thread(target=serve)
    late.daemon = True
    late.start()
    asked.release()
    answered.acquire()
    if is_traced:
        sys.settrace(tracer)
    work()
    sys.settrace(None)


def forget():
    for _ in range(50):
        enlarged()
    return [bytes(f.__code__.co_code) for f in (plain, caught, numbers, closure, together, big, work)]


if __name__ == "__main__":
    traced = False
    asked, answered = threading.Semaphore(0), threading.Semaphore(0)
    big = enlarged()
    server = threading.Thread(target=serve)
    server.daemon = True
    server.start()
    print("ready %d" % os.getpid())
    sys.stdout.flush()
    for command in iter(sys.stdin.readline, ""):
        if command.strip() == "truth":
            run(True)
            for name, number in marks():
                print("%s lined.py:%d %d" % (name, number, counts.get((False, number), 0)))
            print("far long.py:4 %d" % counts.get((True, 4), 0))
        elif command.strip() == "run":
            run(False)
        else:
            forget()
        print("done")
        sys.stdout.flush()
