"""What the measurements share: programs that are built when missing, targets that count their own hits, tracers beside them, and the table.

Every measurement runs its competitors in turn, round after round, in one run, and compares within a round: the machine may be busy, but it is
then busy for all of them. A row gives medians (and minima), and the median of the rounds' ratios.
"""

import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHARPTRACE = os.path.join(ROOT, "artifacts/publish/Tracer.Cli/release_linux-x64/sharptrace")
TRACER_BENCH = os.path.join(ROOT, "artifacts/publish/Tracer.Bench/release_linux-x64/tracer-bench")
RATE = os.path.join(ROOT, "native-tests/out/rate/rate")
CALL = os.path.join(ROOT, "native-tests/out/rate/call")
MANY = os.path.join(ROOT, "native-tests/out/sites/many")
PATHS = os.path.join(ROOT, "native-tests/out/stacks/paths")
RATE_PROBE = "rate:hit(int64, string, int32)"
HEADER = ("measurement", "sharptrace", "peer", "peer's", "sharptrace : peer", "goal")

# A shell without job control that starts this in the background makes it ignore interrupts, which tracers would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)


def options(description, rounds):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=rounds, help="how often each competitor runs (default: %(default)s)")
    parser.add_argument("--rows", action="store_true", help="print the table's rows without its head (for run-all)")
    parser.add_argument("--raw", action="store_true", help="print every round on stderr")
    return parser.parse_args()


def note(text):
    print(text, file=sys.stderr, flush=True)


def need(tool):
    if shutil.which(tool) is None:
        sys.exit(f"{tool} is missing: run eng/setup-tests.sh")


def build(rebuild=False):
    """Publishes the ahead-of-time binaries and makes the fixtures, where they are missing."""
    for project, binary in ("src/Tracer.Cli", SHARPTRACE), ("bench/Tracer.Bench", TRACER_BENCH):
        if rebuild or not os.path.exists(binary):
            note(f"publishing {project}")
            subprocess.run(["dotnet", "publish", project, "-c", "Release", "-r", "linux-x64", "-v", "quiet", "--nologo"], cwd=ROOT, check=True, stdout=sys.stderr)
    if not all(os.path.exists(fixture) for fixture in (RATE, CALL, MANY, PATHS)):
        subprocess.run(["make", "-s", "-C", "native-tests"], cwd=ROOT, check=True, stdout=sys.stderr)


# Numbers and the table

class Series:
    """One competitor's results, a number for each round."""

    def __init__(self, name):
        self.name, self.values = name, []

    def add(self, value):
        self.values.append(value)

    @property
    def median(self):
        return statistics.median(self.values)

    def text(self, unit):
        return f"{number(self.median)} {unit} (min {number(min(self.values))})"


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def ratio_text(ours, peer):
    ratios = [o / p for o, p in zip(ours.values, peer.values) if p > 0]
    if not ratios:
        return "-"
    spread = (min(ratios), statistics.median(ratios), max(ratios))
    if spread[1] >= 0.5:
        return f"{spread[1]:.2f} ({spread[0]:.2f} to {spread[2]:.2f})"
    return f"1 : {number(1 / spread[1])} ({number(1 / spread[2])} to {number(1 / spread[0])})"


def judged(goal, ours, peer=None):
    """The goal, with "missed" behind it where it is: "<= 30 ms" and "< 15 MB" are about our median, "<= 0.7" about the median ratio."""
    match = re.fullmatch(r"(<=?|>=) ([\d.]+)(x cheaper| \S+|)", goal)
    if match is None or (match.group(3) in ("", "x cheaper") and peer is None):
        return goal
    relation, limit, unit = match.group(1), float(match.group(2)), match.group(3)
    if unit in ("", "x cheaper"):
        ratio = statistics.median(o / p for o, p in zip(ours.values, peer.values) if p > 0)
        value = 1 / ratio if unit else ratio
    else:
        value = ours.median
    met = value >= limit if relation == ">=" else value < limit if relation == "<" else value <= limit
    return goal if met else f"{goal}, **missed**"


def row(what, ours, peer, unit, goal="", remark=""):
    if peer is None:
        return (what, ours.text(unit), "", "", "", judged(goal, ours))
    return (what, ours.text(unit), peer.name + (f" {remark}" if remark else ""), peer.text(unit), ratio_text(ours, peer), judged(goal, ours, peer))


def show(rows, arguments, series=()):
    """Prints the rows as a Markdown table that can also be read as it is."""
    if arguments.raw:
        for one in series:
            note(f"{one.name}: {' '.join(number(v) for v in one.values)}")
    table = rows if arguments.rows else [HEADER, *rows]
    widths = [max(len(line[k]) for line in table) for k in range(len(HEADER))]
    for k, line in enumerate(table):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |")
        if k == 0 and not arguments.rows:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    sys.stdout.flush()


# Whole processes

def run_ms(command):
    """Wall time of a process from fork to its end, its output read and kept."""
    started = time.perf_counter()
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    elapsed = (time.perf_counter() - started) * 1000
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {result.returncode}\n{result.stderr.decode()}")
    return elapsed, result.stdout.decode(errors="replace")


def peak_rss_mib(pid):
    """VmHWM of a running process: of its own memory only, where wait4's ru_maxrss also remembers the parent that forked it."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)) / 1024


# Targets

class Target:
    """A program that says "ready PID", fires its hits for every line on its standard input and says how many nanoseconds they took."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/tmp")
        self.pid = int(self._line("ready").split()[1])
        self.memory = os.open(f"/proc/{self.pid}/mem", os.O_RDWR)

    def fire(self):
        """Nanoseconds a hit, over one burst."""
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        done = dict(part.split("=") for part in self._line("done").split()[1:])
        return int(done["elapsed_ns"]) / int(done["fired"])

    def command(self, text):
        """Has the target do something else than fire."""
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()
        self._line("done")

    def best(self, bursts):
        """The fastest of several bursts: what other programs took of the processor is least in it."""
        return min(self.fire() for _ in range(bursts))

    def peek(self, address, size):
        return os.pread(self.memory, size, address)

    def poke_counter(self, address, change):
        """Changes a probe's semaphore, a 16-bit counter."""
        value = int.from_bytes(self.peek(address, 2), "little") + change
        os.pwrite(self.memory, value.to_bytes(2, "little"), address)

    def close(self):
        os.close(self.memory)
        try:
            self.process.stdin.close()
            self.process.wait(10)
        except (subprocess.TimeoutExpired, OSError):
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _line(self, start):
        while line := self.process.stdout.readline().decode():
            if line.startswith(start):
                return line
        raise RuntimeError(f"the target ended before it said {start}")


class Places:
    """Addresses of a target's code, to see by their bytes, and so alike for every tracer, whether breakpoints are in them."""

    SIZE = 8

    def __init__(self, target, addresses):
        self.target, self.addresses = target, addresses
        self.original = list(self._read())

    def armed(self):
        return all(now != was for now, was in zip(self._read(), self.original))

    def restored(self):
        return all(now == was for now, was in zip(self._read(), self.original))

    def wait(self, condition, what, seconds=20, process=None):
        end = time.perf_counter() + seconds
        while not condition():
            if process is not None and process.poll() is not None:
                raise RuntimeError(f"{what}: the tracer ended with {process.returncode}")
            if time.perf_counter() > end:
                raise RuntimeError(f"{what}: nothing after {seconds} s")
            time.sleep(0.0005)

    def _read(self):
        return (self.target.peek(address, self.SIZE) for address in self.addresses)


def notes(path, provider, name):
    """(location, semaphore) of a probe's sites by readelf, as addresses of the file."""
    text = subprocess.run(["readelf", "-n", path], capture_output=True, text=True, check=True).stdout
    pattern = r"Provider: (\S+)\s+Name: (\S+)\s+Location: (0x\w+), Base: 0x\w+, Semaphore: (0x\w+)"
    return [(int(where, 16), int(semaphore, 16)) for p, n, where, semaphore in re.findall(pattern, text) if (p, n) == (provider, name)]


def symbol(path, name):
    text = subprocess.run(["readelf", "-W", "--dyn-syms", path], capture_output=True, text=True, check=True).stdout
    return int(re.search(rf":\s+(\w+)\s.*\s{name}(@|$)", text, re.MULTILINE).group(1), 16)


def functions(path, pattern):
    """Addresses of the functions of the symbol table whose whole names match, as addresses of the file."""
    text = subprocess.run(["readelf", "-W", "-s", path], capture_output=True, text=True, check=True).stdout
    return sorted({int(address, 16) for address, name in re.findall(r":\s+(\w+)\s+\d+\s+FUNC\s.*\s(\S+)$", text, re.MULTILINE) if re.fullmatch(pattern, name)})


def file_offset(path, address):
    """Where an address of the file is in it."""
    text = subprocess.run(["readelf", "-W", "-l", path], capture_output=True, text=True, check=True).stdout
    for offset, start, size in re.findall(r"LOAD\s+(0x\w+) (0x\w+) 0x\w+ (0x\w+)", text):
        if int(start, 16) <= address < int(start, 16) + int(size, 16):
            return address - int(start, 16) + int(offset, 16)
    raise RuntimeError(f"{address:#x} is in no segment of {path}")


def bias(pid, path):
    """What is added to a file's addresses in a process; the first segment's address is 0 unless the file is linked to a fixed place."""
    header = subprocess.run(["readelf", "-hW", path], capture_output=True, text=True, check=True).stdout
    if re.search(r"Type:\s+EXEC", header):
        return 0
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
        return min(int(line.split("-")[0], 16) for line in maps if line.rstrip().endswith(os.path.realpath(path)))


# Tracers

class Tracer:
    """A tracer at work on a target: started, armed when its breakpoints are seen, stopped by SIGINT, or by a line if its standard input is piped."""

    # bpftrace's breakpoints are in the code some time before its program is behind them: what is hit then is not counted.
    SETTLE = 0.3

    def __init__(self, command, places, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL):
        self.places = places
        self.process = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE)
        try:
            places.wait(places.armed, command[0], process=self.process)
        except RuntimeError:
            self.process.kill()
            note(self.process.communicate()[1].decode(errors="replace"))
            raise
        time.sleep(self.SETTLE)

    def stop(self):
        """Ends it and gives what it said on stderr (and stdout if that is piped)."""
        line = b"\n" if self.process.stdin is not None else None
        if line is None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            out, err = self.process.communicate(line, timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
        self.places.wait(self.places.restored, "detaching")
        return (out or b"").decode(errors="replace") + err.decode(errors="replace")


def sharptrace(pid, probe, *more):
    return [SHARPTRACE, "attach", str(pid), probe, "-o", "/dev/null", *more]


def said_hits(pattern, text):
    """The sum of what a tracer says it saw: all numbers at a pattern's group."""
    return sum(int(n.replace(",", "")) for n in re.findall(pattern, text, re.MULTILINE))


class Seen:
    """Adds up what a tracer says it saw of what a target fired, so that a cheap hit cannot be one that was not counted."""

    def __init__(self):
        self.seen = self.fired = self.silent = 0

    def add(self, seen, fired):
        """A run that tells nothing at all is told apart: bpftrace 0.17 sometimes ends without printing what it has, about once in 25 times."""
        if seen == 0:
            self.silent += 1
            return
        self.seen += seen
        self.fired += fired

    @property
    def complete(self):
        return self.silent == 0 and self.seen == self.fired

    def text(self):
        difference = self.fired - self.seen
        parts = [f"{100 * abs(difference) / self.fired:.2g} % {'missing' if difference > 0 else 'too many'}" if difference else "nothing missing"] if self.fired else []
        if self.silent:
            parts.append(f"no result in {self.silent} run{'s' if self.silent > 1 else ''}")
        return ", ".join(parts)


class Losses:
    """Adds up what sharptrace says it delivered and lost, so that a cheap hit cannot be a lost one unseen."""

    def __init__(self):
        self.events = self.lost = 0

    def add(self, summary):
        match = re.search(r"([\d,]+) events, ([\d,]+) lost", summary) or re.search(r"events (\d+) lost (\d+)", summary)
        if match is None:
            raise RuntimeError(f"no summary in: {summary}")
        self.events += int(match.group(1).replace(",", ""))
        self.lost += int(match.group(2).replace(",", ""))

    def text(self):
        total = self.events + self.lost
        return "no losses" if self.lost == 0 else f"{100 * self.lost / max(total, 1):.2g} % lost"
