#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Weakens each acquire and release in turn to relaxed; a test must then fail.

Works on a copy of the tree with the tsan preset and runs ordering_test, whose threads share one
mapping: ThreadSanitizer sees no race between two mappings of one file. First the unweakened copy
must pass. Every order found under SCOPE is weakened unless its tag is excused below, with the reason.
"""
import re
import sys

from mutation import TOP, Copy

COPY = Copy("mutate", "tsan")
TARGET = "ordering_test"
SCOPE = ["shm/include", "shm/src", "producer/include", "producer/src"]
EXCUSED = {
    "beat-count": "every word is an atomic, and the pair's orders already carry the work before it",
    "beat-pair": "every word is an atomic: the count read twice, not a race, tells a torn pair",
    "gate-detail": "every word is an atomic, as above",
    "gate-detail-words": "every word is an atomic, as above",
    "directive-slot": "every word is an atomic: the slot's name read twice, not a race, tells a torn one",
    "directive-words": "every word is an atomic, as above",
    "text": "every word is an atomic, as above",
    "spill-block": "leads to words that are zero from the segment's birth on",
    "gate-ack": "two atomics; a reader that meets the older stamp only looks again",
    "closed": "a flag read after the process's death, which the kernel orders",
    "retired": "a flag of the control segment, read when a later generation starts",
}
ORDER = re.compile(r"memory_order_(acquire|release|acq_rel)")
TAG = re.compile(r"\bsync\(([\w-]+)\)")


def places():
    """(file, line number, tag) of each order."""
    for scope in SCOPE:
        for path in sorted((TOP / scope).rglob("*.[hc]pp")):
            lines = path.read_text().splitlines()
            for number, line in enumerate(lines):
                if ORDER.search(line.split("//")[0]):
                    tags = TAG.findall("\n".join(lines[max(0, number - 8) : number + 1]))
                    yield path.relative_to(TOP), number, tags[-1] if tags else "untagged"


def weaken(path, number):
    lines = (TOP / path).read_text().splitlines(keepends=True)
    lines[number] = ORDER.sub("memory_order_relaxed", lines[number])
    (COPY.path / path).write_text("".join(lines))


def build():
    if said := COPY.build(TARGET):
        sys.exit(f"{TARGET} does not build:\n{said}")


def failing_test():
    """The test that was running when a race or a wrong value ended the program; None if all passed."""
    done = COPY.run("env", "TSAN_OPTIONS=halt_on_error=1", "setarch", "-R", "timeout", "60", f"build/tsan/bin/{TARGET}")
    if done.returncode == 0:
        return None
    started = re.findall(r"\[ RUN      \] (\S+)", done.stdout)
    return started[-1] if started else f"exit {done.returncode} before the first test: {done.stdout}"


def killer_of(path, number):
    """The test that fails; which race is met depends on timing, so there are three tries."""
    weaken(path, number)
    build()
    killers = (failing_test() for _ in range(3))
    killer = next((name for name in killers if name), None)
    COPY.restore(path)
    return killer


def main():
    COPY.refresh()
    COPY.configure()
    build()
    if broken := failing_test():
        sys.exit(f"{broken} fails with every order in place")
    survivors, weakened = [], 0
    for path, number, tag in places():
        if tag in EXCUSED:
            continue
        weakened += 1
        killer = killer_of(path, number)
        print(f"{path}:{number + 1} sync({tag}) relaxed: {killer or 'NO TEST FAILS'}", flush=True)
        survivors += [] if killer else [f"{path}:{number + 1}"]
    print(f"{weakened} orders weakened, {len(survivors)} unnoticed")
    sys.exit(1 if survivors or weakened == 0 else 0)


if __name__ == "__main__":
    main()
