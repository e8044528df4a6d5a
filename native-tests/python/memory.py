# Functions that ask for known amounts of memory, for Python 2.7 and 3.6 onwards. Started with a pipe as standard input: says that it is ready, waits for a line, runs, says how
# many bytes and blocks each function asked for and how many of them are kept, as JSON, and waits for another line. With --tracemalloc it says instead what tracemalloc counts of it:
# by line, and as "stacks" by file and line of all frames.
import json
import os
import sys
import threading

ROUNDS = 20
CHUNK = b"x" * 100
SMALL = sys.getsizeof(CHUNK * 2)


def gives_back(place):
    for k in range(50):
        place[k] = bytearray(5000)
    for k in range(50):
        place[k] = None


def keeps(place, at):
    for k in range(50):
        place[at + k] = bytearray(3000)


def large(place):
    place[0] = bytearray(300000)
    place[0] = None


class Held(object):
    def method(self, place, at):
        for k in range(10):
            place[at + k] = bytearray(20000)


def in_thread(place):
    for k in range(100):
        place[k] = bytearray(4000)


# Blocks of Python's own allocator: a header and the bytes with a NUL.
def small(place):
    for k in range(200):
        place[k] = CHUNK * 2


def leaf(place, at):
    for k in range(20):
        place[at + k] = bytearray(7000)


def first(place):
    leaf(place, 0)


def second(place):
    leaf(place, 20)
    leaf(place, 40)


def deep(place, n):
    if n:
        deep(place, n - 1)
    else:
        leaf(place, 60)


def calls(place):
    first(place)
    second(place)
    deep(place, 10)


def run():
    kept = [None] * (ROUNDS * 50)
    methods = [None] * (ROUNDS * 10)
    place = [None] * 100
    chunks = [None] * 200
    held = Held()
    for i in range(ROUNDS):
        gives_back(place)
        keeps(kept, i * 50)
        large(place)
        held.method(methods, i * 10)
        small(chunks)
    called = [None] * 80
    calls(called)
    threaded = [None] * 100
    thread = threading.Thread(target=in_thread, args=(threaded,))
    thread.start()
    thread.join()
    return kept, methods, threaded, chunks, called


if __name__ == "__main__":
    print("ready %d" % os.getpid())
    sys.stdout.flush()
    if sys.stdin.readline():
        if "--tracemalloc" in sys.argv:
            import tracemalloc
            tracemalloc.start(25)
        result = run()
        report = {
            "gives_back": [50 * ROUNDS, 50 * ROUNDS * 5001, 0], "keeps": [50 * ROUNDS, 50 * ROUNDS * 3001, 50 * ROUNDS * 3001], "large": [ROUNDS, ROUNDS * 300001, 0],
            "method": [10 * ROUNDS, 10 * ROUNDS * 20001, 10 * ROUNDS * 20001], "in_thread": [100, 100 * 4001, 100 * 4001],
            "leaf": [80, 80 * 7001, 80 * 7001], "small": [200 * ROUNDS, 200 * ROUNDS * SMALL, 200 * SMALL],
        }
        if "--tracemalloc" in sys.argv:
            shape = {}
            lines = open(__file__).read().split("\n")
            snapshot = tracemalloc.take_snapshot()
            for s in snapshot.statistics("lineno"):
                if s.traceback[0].filename == __file__ and "bytearray" in lines[s.traceback[0].lineno - 1]:
                    shape[s.traceback[0].lineno] = s.size
            shape["stacks"] = []
            for s in snapshot.statistics("traceback"):
                # The innermost frame is the first until 3.6, then the last.
                frames = list(s.traceback)[::1 if sys.version_info < (3, 7) else -1]
                if frames[0].filename == __file__ and "bytearray" in lines[frames[0].lineno - 1]:
                    shape["stacks"].append([[[f.filename, f.lineno] for f in frames], s.size])
            report = shape
        print(json.dumps(report))
        sys.stdout.flush()
        sys.stdin.readline()
