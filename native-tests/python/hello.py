"""A small program to trace: counts primes and words for a few seconds. hello.py [SECONDS]"""
from __future__ import print_function

import sys
import time

TEXT = "the quick brown fox jumps over the lazy dog and the slow brown bear sleeps under the old oak tree"


def is_prime(n):
    return n > 1 and all(n % d for d in range(2, int(n ** 0.5) + 1))


def primes(first, last):
    return [n for n in range(first, last) if is_prime(n)]


class Words(object):
    def __init__(self, text):
        self.words = text.split()

    def longest(self):
        return max(self.words, key=len)

    def frequencies(self):
        counts = {}
        for word in self.words:
            counts[word] = counts.get(word, 0) + 1
        return counts


def report(number, first):
    words = Words(TEXT)
    common = max(words.frequencies().items(), key=lambda item: item[1])
    print("round %d: %d primes from %d, longest word %r, most common %r" % (number, len(primes(first, first + 50)), first, words.longest(), common[0]))
    sys.stdout.flush()


def main():
    end = time.time() + (float(sys.argv[1]) if len(sys.argv) > 1 else 5)
    number = 0
    while time.time() < end:
        report(number, 1000 + 50 * number)
        number += 1
        time.sleep(0.5)


if __name__ == "__main__":
    main()
