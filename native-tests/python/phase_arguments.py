# Arguments: positional, by keyword, defaults, stars, partial.
import functools


def keywords(a, b=2, *rest, **named):
    return a + b + sum(rest) + sum(named.values())


def many(a, b, c, d, e, f, g, h, i=1, j=2, k=3):
    return a + b + c + d + e + f + g + h + i + j + k


def nothing():
    return None


half = functools.partial(keywords, 1, c=3)


def phase():
    total = 0
    for i in range(5):
        total += keywords(1) + keywords(i, b=3) + keywords(1, 2, 3, 4) + keywords(a=1, c=5, d=6) + keywords(*(1, 2, 3), **{"e": 7})
        total += many(*range(8)) + many(1, 2, 3, 4, 5, 6, 7, 8, k=i) + half() + half(b=9) + (nothing() is None)
    return total
