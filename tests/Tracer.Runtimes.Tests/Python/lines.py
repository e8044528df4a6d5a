# Prints, for many code objects of the standard library, the line table and the line of each instruction as the interpreter itself computes it.
# One JSON object a line: table and code as hexadecimal, firstlineno, and (lasti, line) pairs; lasti in the unit of f_lasti of this version.
from __future__ import print_function

import dis
import json
import os
import sys

UNIT = 2 if sys.version_info >= (3, 10) else 1


def codes(code):
    yield code
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            for inner in codes(constant):
                yield inner


def hexadecimal(data):
    return "".join("%02x" % byte for byte in bytearray(data))


def lines(code):
    if sys.version_info >= (3, 11):
        # One instruction of every range: a walk of these tables goes by bytes, and that in an evaluator of expressions.
        return [(start // UNIT, -1 if line is None else line) for start, end, line in code.co_lines()]
    if hasattr(code, "co_lines"):
        table = [(start, end, line) for start, end, line in code.co_lines()]
        return [(offset // UNIT, next((-1 if line is None else line) for start, end, line in table if start <= offset < end))
                for offset in range(0, len(code.co_code), 2)]
    starts = list(dis.findlinestarts(code))
    result = []
    current = code.co_firstlineno
    for offset in range(0, len(code.co_code), 2 if sys.version_info[0] > 2 else 1):
        for start, line in starts:
            if start == offset:
                current = line
        result.append((offset, current))
    return result


library = os.path.dirname(os.__file__)
for name in sorted(os.listdir(library)):
    if not name.endswith(".py"):
        continue
    with open(os.path.join(library, name), "rb") as source:
        text = source.read()
    for code in codes(compile(text, name, "exec", 0, True)):
        if len(code.co_code) > (400 if sys.version_info >= (3, 11) else 4000):
            continue
        table = code.co_linetable if hasattr(code, "co_linetable") else code.co_lnotab
        if sys.version_info >= (3, 11) and code.co_flags & 1:
            # What the probe of an entry relies on.
            start = next(at for at in range(0, len(code.co_code), 2) if dis.opname[code.co_code[at]] == "RESUME" and code.co_code[at + 1] == 0)
            line = next(line for first, end, line in code.co_lines() if first <= start < end)
            assert line == code.co_firstlineno, (name, code.co_name, line, code.co_firstlineno)
        print(json.dumps({"file": name, "name": code.co_name, "table": hexadecimal(table), "first": code.co_firstlineno, "lines": lines(code)}))
