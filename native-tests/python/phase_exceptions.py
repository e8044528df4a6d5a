# Exceptions: caught where they are raised, five frames up, through C code and generators; finally and with; raised again.
def fails(depth):
    if depth == 0:
        raise ValueError("on purpose")
    return fails(depth - 1)


def catches(depth):
    try:
        return fails(depth)
    except ValueError:
        return depth


def through_c(x):
    return list(map(fails, [x]))


def generates():
    yield 1
    fails(2)


def finishes(x):
    try:
        return fails(x)
    finally:
        noted(x)


def again(x):
    try:
        finishes(x)
    except ValueError:
        noted(x)
        raise


def noted(x):
    return x


class Guard(object):
    def __enter__(self):
        return noted(1)

    def __exit__(self, kind, value, traceback):
        return kind is ValueError


def phase():
    total = sum([catches(depth) for depth in range(8)])
    for function in (through_c, finishes, again):
        try:
            function(5)
        except ValueError:
            total += 1
    try:
        for x in generates():
            total += x
    except ValueError:
        total += 1
    with Guard() as one:
        total += one
        fails(3)
    try:
        total += {}["missing"]
    except KeyError:
        total += 1
    return total
