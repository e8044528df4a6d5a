# -*- coding: utf-8 -*-
"""Runs code whose objects come and go, so that their addresses are used again by others with the same name in other files and lines.

reused.py  prints "ready PID"; then for each line "N" on stdin compiles and runs N files, "<part 0>" to "<part N-1>", each of which calls its function
           part(), which begins in a line of 1 to 5, twice, and answers "used ADDRESSES" with the number of different addresses that these functions' code has had.
"""
from __future__ import print_function

import os
import sys

sys.dont_write_bytecode = True


def run(number):
    names = {}
    exec(compile(u"\n" * (number % 5) + u"def part():\n    pass\npart()\npart()\n", "<part %d>" % number, "exec"), names)
    address = id(names["part"].__code__)
    names.clear()  # the function holds its globals, which hold it
    return address


print("ready %d" % os.getpid())
sys.stdout.flush()
for line in iter(sys.stdin.readline, ""):
    used = set()
    for number in range(int(line)):
        used.add(run(number))
    print("used %d" % len(used))
    sys.stdout.flush()
