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


seen = 0


def profile(frame, event, argument):
    global seen
    seen += event == "call" or event == "return"


count = int(sys.argv[1])
print("ready", os.getpid(), flush=True)
for line in sys.stdin.buffer:  # no decoder written in Python, which would be called and counted too
    # One line turns a profiler on that counts calls and returns, another turns it off.
    if line.strip() in (b"profile", b"no profile"):
        sys.setprofile(profile if line.strip() == b"profile" else None)
        print("done fired=1 elapsed_ns=1", flush=True)
    else:
        print("done fired=%d elapsed_ns=%d" % (count, burst(count)), flush=True)
