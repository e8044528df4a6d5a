# Asks a server.py for answers from several threads for a number of seconds and checks each: load.py PORT SECONDS. Says how many were asked for and how many were wrong.
import http.client
import json
import sys
import threading
import time

import server

port, seconds = int(sys.argv[1]), float(sys.argv[2])
results = {"requests": 0, "wrong": 0, "failed": 0}
lock = threading.Lock()
expected = [json.loads(json.dumps(server.answer(n))) for n in range(200)]


def ask(first):
    end = time.time() + seconds
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    asked, wrong, failed, n = 0, 0, 0, first
    while time.time() < end:
        n = (n + 7) % 200
        try:
            connection.request("GET", "/work?n=%d" % n)
            asked += 1
            wrong += json.loads(connection.getresponse().read().decode("utf-8")) != expected[n]
        except Exception:
            failed += 1
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with lock:
        results["requests"] += asked
        results["wrong"] += wrong
        results["failed"] += failed


threads = [threading.Thread(target=ask, args=(i * 31,)) for i in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
connection = http.client.HTTPConnection("127.0.0.1", port)
connection.request("GET", "/stop")
connection.getresponse().read()
print(json.dumps(results))
