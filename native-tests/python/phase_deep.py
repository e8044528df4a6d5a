# Recursion that is deeper than what fits anywhere but on the heap.
import sys


def down(n):
    return 0 if n == 0 else 1 + down(n - 1)


def phase():
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(6000)
    try:
        return down(2500)
    finally:
        sys.setrecursionlimit(limit)
