# Coroutines, asynchronous generators, context managers; keyword-only arguments. Python 3.6 and later.
class Pause:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        got = yield self.value
        return got


async def leaf(n):
    return n + await Pause(n + 1)


async def chain(n, *, depth):
    return await leaf(n) if depth == 0 else await chain(n, depth=depth - 1)


async def counter(n):
    for i in range(n):
        yield await leaf(i)


class Managed:
    async def __aenter__(self):
        return await Pause(7)

    async def __aexit__(self, kind, value, traceback):
        await Pause(8)


async def work(n):
    total = 0
    async for x in counter(n):
        total += x
    async with Managed() as got:
        total += got
    total += sum([x async for x in counter(3)])
    try:
        await fails()
    except ValueError:
        total += 1
    return total + await chain(n, depth=4)


async def fails():
    await Pause(5)
    raise ValueError("on purpose")


def drive(coroutine):
    got = None
    while True:
        try:
            got = coroutine.send(got)
        except StopIteration as end:
            return end.value


def phase():
    return drive(work(10))
