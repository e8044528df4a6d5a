# Functions that come and go, each where the one before it was, and a stack that is deeper than what is recorded, for Python 2.7 and 3.6 onwards. Says that it is ready, waits for a
# line, runs, says that it is done, and waits for another line.
import os
import sys

COUNT = 200


def passing(place):
    for k in range(COUNT):
        names = {}
        exec(compile("def passing%d(place):\n    place.append(bytearray(9000))\n" % (1000 + k), "made.py", "exec"), names)
        names["passing%d" % (1000 + k)](place)


def deep(place, n):
    if n:
        deep(place, n - 1)
    else:
        place.append(bytearray(500000))


if __name__ == "__main__":
    print("ready %d" % os.getpid())
    sys.stdout.flush()
    if sys.stdin.readline():
        kept = []
        passing(kept)
        deep(kept, 150)
        print("done")
        sys.stdout.flush()
        sys.stdin.readline()
