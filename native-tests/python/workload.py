# The traced work of counted.py: deterministic, self-checked, for Python 2.7 and 3.6 onwards.
# Nothing here waits, prints or counts, so that a test can take every frame whose file is this one.
import functools
import threading


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)


def numbers(n):
    for i in range(n):
        yield i


def finishes(source):
    try:
        for i in source:
            yield i * 2
    finally:
        noted(1)


def noted(x):
    return x


def generators():
    total = sum(numbers(50))
    total += sum(i for i in numbers(20) if i % 2)
    total += sum(finishes(numbers(10)))
    return total


def closed():
    # Not a generator inside a generator: since 3.13.18 one that is closed where it catches nothing does not run any more, unless a profiler is there.
    g = finishes(iter(range(10)))
    total = next(g) + next(g)
    g.close()
    return total


def fails(depth):
    if depth == 0:
        raise ValueError("on purpose")
    return fails(depth - 1)


def exceptions():
    caught = 0
    for depth in range(10):
        try:
            fails(depth)
        except ValueError:
            caught += 1
    return caught


class Point(object):
    def __init__(self, x, y=2):
        self.x = x
        self.y = y

    def length(self):
        return self.x * self.x + self.y * self.y

    @property
    def total(self):
        return self.x + self.y

    @classmethod
    def origin(cls):
        return cls(0, 0)

    @staticmethod
    def dot(a, b):
        return a.x * b.x + a.y * b.y

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)

    def __call__(self, z):
        return self.x + z

    def __getattr__(self, name):
        return len(name)


class Point3(Point):
    def __init__(self, x, y, z):
        super(Point3, self).__init__(x, y)
        self.z = z

    def length(self):
        return super(Point3, self).length() + self.z * self.z


def methods():
    points = [Point(i) for i in range(20)] + [Point3(i, i, i) for i in range(10)]
    total = sum(p.length() + p.total for p in points)
    total += (points[1] + points[2]).x + Point.origin().y + Point.dot(points[3], points[4])
    return total + points[5](6) + points[0].missing


def closures():
    held = 3

    def inner(x):
        return x + held

    double = lambda x: x * 2
    return sum(double(inner(i)) for i in range(10))


def comprehensions():
    squares = [i * i for i in range(10)]
    odd = {i for i in squares if i % 2}
    table = {i: i + 1 for i in odd}
    nested = [[j for j in range(i)] for i in range(4)]
    return sum(squares) + sum(table.values()) + len(nested)


def keywords(a, b=2, *rest, **named):
    return a + b + sum(rest) + sum(named.values())


def arguments():
    return keywords(1) + keywords(1, b=3) + keywords(1, 2, 3, 4) + keywords(a=1, c=5, d=6) + keywords(*(1, 2, 3), **{"e": 7})


def decorated(function):
    @functools.wraps(function)
    def wrapper(*positional):
        return function(*positional) + 1
    return wrapper


@decorated
def plain(x):
    return x * 10


def decorators():
    return sum(plain(i) for i in range(5))


def key(pair):
    return -pair[1]


def add_one(x):
    return x + 1


def callbacks():
    ordered = sorted([(i, i * 7 % 11) for i in range(11)], key=key)
    mapped = list(map(add_one, range(12)))
    kept = list(filter(lambda x: x % 3, mapped))
    return ordered[0][0] + sum(mapped) + sum(kept) + functools.reduce(lambda x, y: x + y, kept)


def makes_class(base):
    class Local(base):
        size = 4

        def length(self):
            return self.size
    return Local(1).length()


def a_function_with_a_name_that_is_much_longer_than_any_fixed_buffer_of_sixty_four_bytes_or_of_one_hundred_and_twenty_eight_bytes_would_be_able_to_hold_without_being_cut(x):
    return x


class Worker(threading.Thread):
    def __init__(self, seed):
        super(Worker, self).__init__()
        self.seed = seed
        self.result = None

    def run(self):
        self.result = in_thread(self.seed)


def in_thread(seed):
    total = fib(8)
    for i in numbers(30):
        total += add_one(i) * seed
    return total + exceptions()


def threads():
    workers = [Worker(seed) for seed in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(worker.result for worker in workers)


def single_threaded():
    return (fib(15) + deep(500) + generators() + closed() + exceptions() + methods() + closures() + comprehensions() + arguments() + decorators()
            + callbacks() + makes_class(Point)
            + a_function_with_a_name_that_is_much_longer_than_any_fixed_buffer_of_sixty_four_bytes_or_of_one_hundred_and_twenty_eight_bytes_would_be_able_to_hold_without_being_cut(5))


def phase():
    return single_threaded() + threads()
