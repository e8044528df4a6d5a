# Runs known.py in what surrounds a program may have. For each line on standard input one round; its answer is one line, what known.py's run() says, of all that ran,
# then "done".
#
# variant.py plain            in the main thread and in two others
# variant.py switches         in greenlets that take turns in every function
# variant.py interpreters     in sub-interpreters: one in the main thread, two in threads of their own
# variant.py parked           "ready" comes when threads of two sub-interpreters wait in functions of theirs
# variant.py pool             in this process, and in the workers of a pool that it forks
# variant.py child METHOD     in this process and in a child, whose pid is on the line "ready PID CHILD"; METHOD is fork, spawn or forkserver
import json
import os
import sys
import threading

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = 10
PARK = "import os\ndef waits_in_%s(descriptor):\n    return os.write(%d, b'.') and os.read(descriptor, 1)\n\ndef outer_%s(descriptor):\n    return waits_in_%s(descriptor)\nouter_%s(%d)\n"


def source():
    with open(os.path.join(HERE, "known.py")) as file:
        return file.read()


def load(name):
    namespace = {"__name__": name}
    exec(compile(source(), "<%s>" % name, "exec"), namespace)
    return namespace


def say(*words):
    print(*words)
    sys.stdout.flush()


def sum_of(texts):
    """Functions of the same file and name are one."""
    sums = {}
    for text in texts:
        for file, function, entries, returns, resumptions, yields in json.loads(text):
            one = sums.setdefault((file, function), [0, 0, 0, 0])
            for index, value in enumerate((entries, returns, resumptions, yields)):
                one[index] += value
    return json.dumps([list(key) + value for key, value in sorted(sums.items())])


def in_threads(functions):
    results = []
    threads = [threading.Thread(target=lambda f=f: results.append(f())) for f in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def answer(run):
    say("ready", os.getpid())
    while sys.stdin.readline().strip():
        say(run())
        say("done")


def plain():
    programs = [load(name)["run"] for name in ("main", "first", "second")]
    answer(lambda: sum_of([programs[0](ROUNDS)] + in_threads([lambda p=p: p(ROUNDS) for p in programs[1:]])))


def switches():
    import greenlet

    def run():
        namespace = load("switches")
        count = namespace["count"]
        main = greenlet.getcurrent()

        def turns(function, kind):
            count(function, kind)
            main.switch()

        def one(name):
            namespace[name](3) if name != "values" else list(namespace[name](3))

        namespace["count"] = turns
        started = [greenlet.greenlet(one) for _ in range(12)]
        for number, let in enumerate(started):
            let.switch(("leaf", "deep", "values")[number % 3])
        # Not the order in which they began.
        while started:
            for let in reversed(started):
                let.switch()
            started = [let for let in started if not let.dead]
        namespace["count"] = count
        return namespace["run"](0)

    answer(run)


def new_interpreter():
    """A function that runs text in a new sub-interpreter: _xxsubinterpreters until 3.12, _interpreters since 3.13."""
    try:
        import _interpreters as interpreters
    except ImportError:
        import _xxsubinterpreters as interpreters
    # Since 3.12 the default is a GIL of its own; modules of C code may then refuse.
    one = interpreters.create()
    return lambda text: interpreters.run_string(one, text)


def interpreters():
    run_in = [new_interpreter() for _ in range(3)]

    def run(index):
        read, write = os.pipe()
        name = "interpreter %d" % index
        os.set_inheritable(write, True)
        failed = run_in[index]("n = {'__name__': %r}\nexec(compile(%r, '<%s>', 'exec'), n)\nimport os\nos.write(%d, n['run'](%d).encode())\n" % (name, source(), name, write, ROUNDS))
        os.close(write)
        with os.fdopen(read) as results:
            text = results.read()
        if failed is not None:
            raise RuntimeError(failed)
        return text

    main = load("main")["run"]
    answer(lambda: sum_of([main(ROUNDS), run(0)] + in_threads([lambda: run(1), lambda: run(2)])))
    # Without ending them, of which some versions would warn.
    os._exit(0)


def parked():
    read, _ = os.pipe()
    parked_read, parked_write = os.pipe()
    for name in ("one", "other"):
        run = new_interpreter()
        text = PARK % (name, parked_write, name, name, name, read)
        threading.Thread(target=run, args=("exec(compile(%r, '<%s>', 'exec'))" % (text, name),), daemon=True, name="holds " + name).start()
        os.read(parked_read, 1)
    say("ready", os.getpid())
    sys.stdin.readline()
    os._exit(0)


def in_worker(rounds):
    return os.getpid(), load("worker")["run"](rounds)


def pool():
    import multiprocessing.pool
    main = load("main")["run"]
    seen = []

    def run():
        # Forked when the tracer is there already.
        with multiprocessing.get_context("fork").Pool(2) as workers:
            texts = workers.map(in_worker, [ROUNDS] * 6, 1)
        seen.extend(pid for pid, _ in texts)
        assert os.getpid() not in seen
        return main(ROUNDS)

    answer(run)


def child_main(connection):
    main = load("child")["run"]
    connection.send(os.getpid())
    while connection.recv():
        connection.send(main(ROUNDS))


def child(method):
    import multiprocessing
    context = multiprocessing.get_context(method)
    here, there = context.Pipe()
    process = context.Process(target=child_main, args=(there,))
    process.start()
    main = load("main")["run"]
    say("ready", os.getpid(), here.recv())
    while sys.stdin.readline().strip():
        here.send(True)
        main(ROUNDS)
        say(here.recv())
        say("done")
    here.send(False)
    process.join()


if __name__ == "__main__":
    {"plain": plain, "switches": switches, "interpreters": interpreters, "parked": parked, "pool": pool, "child": child}[sys.argv[1]](*sys.argv[2:])
