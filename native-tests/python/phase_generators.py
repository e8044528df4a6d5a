# Generators: exhausted, nested, closed, sent to; as expressions.
def numbers(n):
    for i in range(n):
        yield i


def doubles(source):
    for i in source:
        yield i * 2


def tree(depth):
    if depth:
        for x in tree(depth - 1):
            yield x
        yield depth
        for x in tree(depth - 1):
            yield x


def averages():
    total, count, mean = 0, 0, 0
    while True:
        got = yield mean
        if got is None:
            # What is closed where it catches nothing does not run any more since 3.13.18, unless a profiler is there.
            return
        total += got
        count += 1
        mean = total // count


def careful():
    try:
        yield 1
        yield 2
    finally:
        cleaned(3)


def cleaned(x):
    return x


def phase():
    total = sum(doubles(numbers(30))) + sum(tree(5)) + sum(x for x in numbers(20) if x % 3)
    sink = averages()
    next(sink)
    total += sum(sink.send(i) for i in range(10))
    total += len(list(sink))
    held = careful()
    total += next(held)
    held.close()
    return total
