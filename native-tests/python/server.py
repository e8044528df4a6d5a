# A web server whose answers can be checked, for Python 3.6 onwards: /work?n=N computes in functions, classes, generators, threads and C code. Says its pid and port; /stop ends it,
# and it says how many requests each of its functions has answered.
import collections
import json
import os
import re
import sqlite3
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from urllib.parse import parse_qs, urlparse

counts = collections.Counter()
lock = threading.Lock()


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def digits(n):
    while n:
        n, d = divmod(n, 10)
        yield d


class Account(object):
    def __init__(self, owner, amount=0):
        self.owner = owner
        self.amount = amount

    def move(self, other, amount):
        if amount > self.amount:
            raise ValueError("%s has too little" % self.owner)
        self.amount -= amount
        other.amount += amount


def banking(n):
    accounts = [Account("a%d" % i, i * 10) for i in range(10)]
    failed = 0
    for i in range(n):
        try:
            accounts[i % 10].move(accounts[(i * 7 + 3) % 10], i % 13)
        except ValueError:
            failed += 1
    return sum(a.amount for a in accounts), failed


def stored(n):
    base = sqlite3.connect(":memory:")
    base.create_function("twice", 1, lambda x: 2 * x)
    base.execute("create table t (k integer, v text)")
    base.executemany("insert into t values (?, ?)", [(i, "v%d" % i) for i in range(n)])
    return base.execute("select sum(twice(k)) from t where v like '%1%'").fetchone()[0]


def answer(n):
    text = "é%d" % n * 5
    return {
        "n": n, "fib": fib(n % 12), "digits": sorted(digits(n * 7919), key=lambda d: -d), "bank": banking(n % 60), "stored": stored(n % 40 + 12),
        "text": re.sub(r"\d+", lambda m: "<%s>" % m.group(0), text), "join": "".join(map(str, digits(n + 1))),
    }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urlparse(self.path)
        if url.path == "/stop":
            body = b"{}"
        else:
            with lock:
                counts["do_GET"] += 1
            body = json.dumps(answer(int(parse_qs(url.query)["n"][0]))).encode("utf-8")
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        if url.path == "/stop":
            threading.Thread(target=self.server.shutdown).start()

    def log_message(self, *arguments):
        pass


class Server(ThreadingMixIn, HTTPServer):
    daemon_threads = True


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    print(json.dumps({"pid": os.getpid(), "port": server.server_port}))
    sys.stdout.flush()
    server.serve_forever()
    print(json.dumps(counts))
