# Modules that are imported anew: their code is a frame too.
import sys


def forget():
    for name in ("imported_first", "imported_second"):
        sys.modules.pop(name, None)


def load():
    import imported_first
    return imported_first.total


def phase():
    total = 0
    for _ in range(3):
        forget()
        total += load() + load()
    return total
