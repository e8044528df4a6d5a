# Functions that ask for known amounts of memory, for Python 2.7 and 3.6 onwards. Started with a pipe as standard input: says that it is ready, waits for a line, runs, says how
# many bytes and blocks each function asked for and how many of them are kept, as JSON, and waits for another line. With --tracemalloc it also says what tracemalloc counts of it.
import json
import os
import sys
import threading

ROUNDS = 20


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


def run():
    kept = [None] * (ROUNDS * 50)
    methods = [None] * (ROUNDS * 10)
    place = [None] * 100
    held = Held()
    for i in range(ROUNDS):
        gives_back(place)
        keeps(kept, i * 50)
        large(place)
        held.method(methods, i * 10)
    threaded = [None] * 100
    thread = threading.Thread(target=in_thread, args=(threaded,))
    thread.start()
    thread.join()
    return kept, methods, threaded


if __name__ == "__main__":
    print("ready %d" % os.getpid())
    sys.stdout.flush()
    if sys.stdin.readline():
        if "--tracemalloc" in sys.argv:
            import tracemalloc
            tracemalloc.start()
        result = run()
        report = {
            "gives_back": [50 * ROUNDS, 50 * ROUNDS * 5001, 0], "keeps": [50 * ROUNDS, 50 * ROUNDS * 3001, 50 * ROUNDS * 3001], "large": [ROUNDS, ROUNDS * 300001, 0],
            "method": [10 * ROUNDS, 10 * ROUNDS * 20001, 10 * ROUNDS * 20001], "in_thread": [100, 100 * 4001, 100 * 4001],
        }
        if "--tracemalloc" in sys.argv:
            shape = {}
            lines = open(__file__).read().split("\n")
            for s in tracemalloc.take_snapshot().statistics("lineno"):
                if s.traceback[0].filename == __file__ and "bytearray" in lines[s.traceback[0].lineno - 1]:
                    shape[s.traceback[0].lineno] = s.size
            report = shape
        print(json.dumps(report))
        sys.stdout.flush()
        sys.stdin.readline()
