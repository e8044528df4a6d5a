# Closures, lambdas, decorators, comprehensions, functions made in functions.
import functools


def counter():
    count = [0]

    def step(n=1):
        count[0] += n
        return count[0]

    return step


def decorated(function):
    @functools.wraps(function)
    def wrapper(*positional):
        return function(*positional) + 1

    return wrapper


@decorated
def plain(x):
    return x * 10


def nested(a):
    def outer(b):
        def inner(c):
            return a + b + c

        return inner(3)

    return outer(2)


def comprehensions(n):
    squares = [i * i for i in range(n)]
    odd = {i for i in squares if i % 2}
    table = {i: i + 1 for i in odd}
    return sum(squares) + sum(table.values()) + len([[j for j in range(i)] for i in range(4)])


def phase():
    step = counter()
    double = lambda x: x * 2
    return sum([step() for _ in range(10)]) + sum([plain(i) for i in range(5)]) + nested(1) + comprehensions(8) + sum([double(i) for i in range(7)])
