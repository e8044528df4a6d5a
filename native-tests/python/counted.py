# -*- coding: utf-8 -*-
"""Runs workload.py between "ready PID" and "counts {...}", knowing how often every function is entered and left.

counted.py [--phases N] [--exit]   for each line on stdin: N phases, then "counts JSON" and "done ..."
counted.py load [THREADS]          phases until the end of stdin, results checked; a line asks for a "status"
counted.py --count [--phases N]    prints the counts JSON and ends: the counting pass, under sys.setprofile

The counting pass runs in a process of its own, so that the traced process never had a profiler in it.
"""
from __future__ import print_function

import io
import json
import os
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import workload  # noqa: E402

FILES = [workload.phase.__code__.co_filename]
PHASES = [workload.phase]

NAMES = ["recursion", "generators", "exceptions", "methods", "arguments", "callbacks", "closures", "threads", "imports", "deep"]


def load_phases():
    """Each phase has a file of its own, so that a frame's file tells its phase."""
    for name in NAMES + (["asynchronous"] if sys.version_info >= (3, 6) else []):
        module = __import__("phase_" + name)
        FILES.append(module.phase.__code__.co_filename)
        PHASES.append(module.phase)
    FILES.extend(os.path.join(HERE, name) for name in ("imported_first.py", "imported_second.py"))


load_phases()


def load_names():
    """Compiles names.py once under each of three file names: Latin-1, UCS-2 and UCS-4."""
    with io.open(os.path.join(HERE, "names.py"), encoding="utf-8") as source:
        text = source.read()
    for name in (u"café.py", u"работа.py", u"🐍.py"):
        path = os.path.join(HERE, name)
        module = {}
        exec(compile(text, path, "exec"), module)
        FILES.append(path)
        PHASES.append(module["phase"])


if sys.version_info[0] >= 3:
    load_names()


def run_phase():
    return sum(phase() for phase in PHASES)


def is_start(frame):
    """Whether a 'call' is the start of a frame, and not the resumption of a generator."""
    code = bytearray(frame.f_code.co_code)
    at = frame.f_lasti
    if sys.version_info < (3, 11):
        return at < 0
    import opcode
    return opcode.opname[code[at]] == "RESUME" and code[at + 1] == 0


def is_yield(frame, argument):
    """Whether a 'return' is a yield, and not the end of a frame. The workload yields no None, which is what an exception's 'return' has."""
    import opcode
    code = bytearray(frame.f_code.co_code)
    at = frame.f_lasti
    # Since 3.13 a frame that yields stands behind the instruction.
    name = opcode.opname[code[at]]
    # Until 3.10 a frame that waits for another stands before the instruction, which is carried out again.
    if sys.version_info < (3, 11) and sys.version_info >= (3, 6) and at + 2 < len(code) and opcode.opname[code[at + 2]] == "YIELD_FROM":
        name = "YIELD_FROM"
    return argument is not None and (name in ("YIELD_VALUE", "YIELD_FROM") or (name == "RESUME" and code[at + 1] & 3 != 0))


def counting_pass(phases):
    files = set(FILES)
    per_thread = {}
    get_ident = threading.get_ident if hasattr(threading, "get_ident") else threading._get_ident

    def profile(frame, event, argument):
        code = frame.f_code
        if event not in ("call", "return") or code.co_filename not in files:
            return
        counts = per_thread.setdefault(get_ident(), {})
        entry = counts.setdefault((code.co_filename, code.co_name, code.co_firstlineno, getattr(code, "co_qualname", None)), [0, 0, 0, 0])
        if event == "return":
            entry[1] += 1
            entry[3] += is_yield(frame, argument)
            return
        entry[0] += 1
        entry[2] += is_start(frame)

    threading.setprofile(profile)
    sys.setprofile(profile)
    try:
        for _ in range(phases):
            run_phase()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    total = {}
    for counts in per_thread.values():
        for site, (calls, returns, starts, yields) in counts.items():
            entry = total.setdefault(site, [0, 0, 0, 0])
            entry[0] += calls
            entry[1] += returns
            entry[2] += starts
            entry[3] += yields
    functions = []
    for (path, name, line, qualname), (calls, returns, starts, yields) in sorted(total.items(), key=lambda item: item[0][:3]):
        function = {"file": path, "function": name, "line": line, "calls": calls, "returns": returns, "starts": starts, "yields": yields}
        if qualname is not None:
            function["qualname"] = qualname
        functions.append(function)
    return {
        "functions": functions,
        "calls": sum(f["calls"] for f in functions),
        "returns": sum(f["returns"] for f in functions),
        "starts": sum(f["starts"] for f in functions),
        "yields": sum(f["yields"] for f in functions),
    }


def say(*words):
    print(*words)
    sys.stdout.flush()


def command():
    line = sys.stdin.readline()
    return None if line == "" or line.strip() == "quit" else line.strip()


def count_in_child(phases):
    output = subprocess.check_output([sys.executable, os.path.join(HERE, "counted.py"), "--count", "--phases", str(phases)])
    return output.decode("ascii").strip()


def counted(phases, leave):
    counts = count_in_child(phases)
    expected = run_phase() * phases
    say("ready", os.getpid())
    while command() is not None:
        result = sum([run_phase() for _ in range(phases)])
        say("counts", counts)
        say("done phases=%d errors=%d" % (phases, result != expected))
        if leave:
            break


def load(threads):
    expected = run_phase()
    done = [0] * threads
    errors = [0] * threads
    stop = threading.Event()

    def work(index):
        while not stop.is_set():
            errors[index] += run_phase() != expected
            done[index] += 1

    def status(word):
        say("%s rounds=%d errors=%d" % (word, sum(done), sum(errors)))

    say("ready", os.getpid())
    if command() is None:
        return
    workers = [threading.Thread(target=work, args=(index,)) for index in range(threads)]
    for worker in workers:
        worker.start()
    say("started")
    while command() is not None:
        status("status")
    stop.set()
    for worker in workers:
        worker.join()
    status("done")


def main(arguments):
    phases = int(arguments[arguments.index("--phases") + 1]) if "--phases" in arguments else 1
    if "--count" in arguments:
        say(json.dumps(counting_pass(phases), sort_keys=True))
    elif arguments[:1] == ["load"]:
        load(int(arguments[1]) if len(arguments) > 1 else 2)
    else:
        counted(phases, "--exit" in arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
