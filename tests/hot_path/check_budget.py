#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The hot path in instructions, by callgrind, against hot_path_budget.txt.

Compiles hot_path_calls.cpp as a trader would (-O2), runs budget_driver.cpp under callgrind with the
ring empty and full, and compares each call, its callees included, net of the loop around it.
Then reads the disassembly: no lock prefix, no fence, no system call; and no call but to the cold
functions that the budget file names. The ring's cold half may not exchange or fence either.

usage: check_budget.py COMPILER BUDGET INCLUDE:INCLUDE LIBRARY...
"""
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CALLS = 1000  # as in budget_driver.cpp
# What the design promises, whatever the file says.
PROMISED = {"counter_inc": 4, "histogram_record": 20, "gate_open": 4}
FORBIDDEN = re.compile(r"\block\b|\bxchg\b.*\(|\b(?:sys(?:call|enter)|[lms]fence|cpuid|int)\b")

# The ring's cold half has locked additions for lanes that threads share, but no exchange or fence.
WAITS = re.compile(r"\bxchg\b.*\(|\b(?:syscall|[lms]fence)\b")


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\nexit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def read_budget(path, compiler):
    """{(call, ring): instructions} and {call, or * for all: the cold functions it may leave to}."""
    limits, cold = {}, collections.defaultdict(set)
    for line in path.read_text().splitlines():
        words = line.split("#")[0].split()
        if words[:1] == ["cold"]:
            cold[words[1]].add(" ".join(words[2:]))
        elif words and words[2] == compiler:
            limits[words[0], words[1]] = int(words[3])
    return limits, cold


def build(compiler, includes, libraries, out):
    flags = ["-std=c++20", "-O2", *(f"-I{directory}" for directory in includes)]
    for name in ("hot_path_calls", "budget_driver"):
        run(compiler, *flags, "-c", HERE / f"{name}.cpp", "-o", out / f"{name}.o")
    run(compiler, out / "budget_driver.o", out / "hot_path_calls.o", *libraries, "-pthread", "-o", out / "driver")


def count(out, ring):
    """Instructions of each call, callees included, net of the loop that makes it."""
    data = out / f"callgrind.{ring}"
    run("valgrind", "--tool=callgrind", "-q", f"--callgrind-out-file={data}", out / "driver", ring)
    listing = run("callgrind_annotate", "--inclusive=yes", "--threshold=100", "--show-percs=no", data)
    counts = {}
    for line in listing.splitlines():
        found = re.match(r"\s*([\d,]+)\s.*?:hot_(\w+)(?:\s|$)", line)
        if found:
            counts[found[2]] = int(found[1].replace(",", ""))
    loop = counts.pop("nothing")
    # Rounded to whole instructions: entering the loop costs a few, shared by a thousand calls.
    return {name: round((instructions - loop) / CALLS) for name, instructions in counts.items()}


def compare(counts, limits, ring, compiler):
    for name, used in sorted(counts.items()):
        limit = limits.get((name, ring))
        shown = f"{name:27} {ring:5} {compiler:8} {used:4}"
        if limit is None:
            if ring == "empty":
                yield f"{shown}: has no line in the budget"
            continue
        print(f"{shown} of {limit}")
        if used > limit:
            yield f"{shown}: over its budget of {limit}"
        if ring == "empty" and limit > PROMISED.get(name, limit):
            yield f"{name}: the budget of {limit} is above the promised {PROMISED[name]}"
    for name, at in sorted(limits):
        if at == ring and name not in counts:
            yield f"{name} {ring} {compiler}: in the budget, but was not measured"


def disassembly(out, cold):
    """Problems in the machine code of the calls, their .cold parts included."""
    name, spilling, seen = None, False, set()
    for line in run("objdump", "-dC", "--no-show-raw-insn", out / "driver").splitlines():
        if symbol := re.match(r"[0-9a-f]+ <(.+)>:$", line):
            own = re.match(r"hot_(\w+?)(?:\.cold)?$", symbol[1])
            name, spilling = own[1] if own else None, "RingWriter::" in symbol[1]
            seen |= {name}
        elif spilling and WAITS.search(line):
            yield f"the ring's cold half: {line.strip()}"
        elif name and FORBIDDEN.search(line):
            yield f"{name}: {line.strip()}"
        elif name and (target := re.search(r"\b(?:call|j\w+)\s+(?:[0-9a-f]+ <(.+)>|\*.*)$", line)):
            where = re.sub(r"(\+0x[0-9a-f]+|\.cold|@plt)+$", "", target[1] or "an address in a register")
            callee = re.sub(r"\(\w*\W.*| \[clone.*", "", where.replace("(anonymous namespace)::", ""))
            if where != f"hot_{name}" and callee not in cold[name] | cold["*"]:
                yield f"{name}: leaves to {callee}, which the budget does not name as cold"
    if "counter_inc" not in seen:
        yield "the disassembly shows no hot_counter_inc: the check looked at nothing"


def main():
    compiler, budget = sys.argv[1], pathlib.Path(sys.argv[2])
    includes, libraries = sys.argv[3].split(":"), sys.argv[4:]
    limits, cold = read_budget(budget, compiler)
    if not limits:
        sys.exit(f"{budget}: no line for {compiler}")
    with tempfile.TemporaryDirectory() as directory:
        out = pathlib.Path(directory)
        build(compiler, includes, libraries, out)
        problems = []
        for ring in ("empty", "full"):
            problems += compare(count(out, ring), limits, ring, compiler)
        problems += disassembly(out, cold)
    print("\n".join(problems))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
