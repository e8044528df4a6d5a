# Functions that run in several threads at once.
import threading


def spin(n):
    return n if n < 2 else spin(n - 1) + spin(n - 2)


def steps(n):
    for i in range(n):
        yield i


class Worker(threading.Thread):
    def __init__(self, seed):
        super(Worker, self).__init__()
        self.seed = seed
        self.result = None

    def run(self):
        self.result = spin(7) + sum(steps(10)) * self.seed


def phase():
    workers = [Worker(seed) for seed in range(5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum([worker.result for worker in workers])
