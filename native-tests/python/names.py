# -*- coding: utf-8 -*-
# Function names in every string form of CPython (Python 3 only). counted.py compiles this file under file names of every form as well.
# Only letters that NFKC leaves alone are used: Python normalises identifiers.


def ascii(x):
    return x


def naïve(x):           # Latin-1
    return ascii(x) + 1


def функция(x):         # UCS-2
    return naïve(x) + 1


def 数(x):              # UCS-2
    return функция(x) + 1


def 𠀀𐌰(x):            # UCS-4
    return 数(x) + 1


class Größe:
    def __init__(self, x):
        self.x = x

    def длина(self):
        return 𠀀𐌰(self.x)


def phase():
    return sum(Größe(i).длина() for i in range(5)) + sum(map(lambda é: é * 2, range(4)))
