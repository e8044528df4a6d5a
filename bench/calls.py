"""A target for python-call: calls an empty function N times for every line on standard input and says how long that took."""

import os
import sys
import time


def call():
    pass


def burst(count):
    started = time.perf_counter_ns()
    for _ in range(count):
        call()
    return time.perf_counter_ns() - started


count = int(sys.argv[1])
print("ready", os.getpid(), flush=True)
for line in sys.stdin.buffer:  # no decoder written in Python, which would be called and counted too
    print("done fired=%d elapsed_ns=%d" % (count, burst(count)), flush=True)
