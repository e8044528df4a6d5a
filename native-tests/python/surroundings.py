# Calls C code from Python functions in known places, for Python 2.7 and 3.6 onwards: says that it is ready, waits for a line, asks for 54,321 bytes deep in calls, prints the
# stack that it was in when it did, as JSON: [[function, line], ...] innermost first, asks for the repr() of known objects, and waits for another line.
import json
import os
import sys
import threading
import traceback

stack = []


class Outer(object):
    def method(self, depth):
        if depth:
            return self.method(depth - 1)
        return list(map(asks, [1]))[0]


def asks(x):
    def inner():
        stack.extend(traceback.extract_stack()); return bytearray(54320)

    return inner()


def generates():
    yield Outer().method(3)


def run():
    list(generates())


if __name__ == "__main__":
    print("ready %d" % os.getpid())
    sys.stdout.flush()
    if sys.stdin.readline():
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        print(json.dumps([[s[2], s[1]] for s in reversed(stack)]))
        for x in (12345, u"\u00fcber", [1, {"a": None}]):
            repr(x)
        print("done")
        sys.stdout.flush()
        sys.stdin.readline()
