#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Weakens each acquire and release in turn to relaxed; a test must then fail.

Works on a copy of the tree with the tsan preset and runs ordering_test, whose threads share one
mapping: ThreadSanitizer sees no race between two mappings of one file. First the unweakened copy
must pass. Every order found under SCOPE is weakened unless its tag is excused below, with the reason.
"""
import pathlib
import re
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
COPY = TOP / "build/mutate"
TARGET = "ordering_test"
SCOPE = ["shm/include", "shm/src", "producer/include", "producer/src"]
EXCUSED = {
    "beat-count": "every word is an atomic, and the pair's orders already carry the work before it",
    "beat-pair": "every word is an atomic: the count read twice, not a race, tells a torn pair",
    "gate-detail": "every word is an atomic, as above",
    "gate-detail-words": "every word is an atomic, as above",
    "text": "every word is an atomic, as above",
    "spill-block": "leads to words that are zero from the segment's birth on",
    "gate-ack": "two atomics; a reader that meets the older stamp only looks again",
    "closed": "a flag read after the process's death, which the kernel orders",
    "retired": "a flag of the control segment, read when a later generation starts",
}
ORDER = re.compile(r"memory_order_(acquire|release|acq_rel)")
TAG = re.compile(r"\bsync\(([\w-]+)\)")


def run(*command):
    return subprocess.run([str(part) for part in command], cwd=COPY, capture_output=True, text=True)


def copy_tree():
    """Only files that changed: an unchanged one keeps its time, and is not built again."""
    names = subprocess.run(["git", "-C", TOP, "ls-files", "-z", "-co", "--exclude-standard"], check=True,
                           capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        source, target = TOP / name, COPY / name
        if source.is_file() and not (target.is_file() and target.read_bytes() == source.read_bytes()):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


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
    (COPY / path).write_text("".join(lines))


def build():
    done = run("cmake", "--build", "build/tsan", "--target", TARGET)
    if done.returncode:
        sys.exit(f"{TARGET} does not build:\n{done.stdout}{done.stderr}")


def failing_test():
    """The test that was running when a race or a wrong value ended the program; None if all passed."""
    done = run("env", "TSAN_OPTIONS=halt_on_error=1", "setarch", "-R", "timeout", "60", f"build/tsan/bin/{TARGET}")
    if done.returncode == 0:
        return None
    started = re.findall(r"\[ RUN      \] (\S+)", done.stdout)
    return started[-1] if started else f"exit {done.returncode} before the first test: {done.stderr}"


def killer_of(path, number):
    """The test that fails; which race is met depends on timing, so there are three tries."""
    weaken(path, number)
    build()
    killers = (failing_test() for _ in range(3))
    killer = next((name for name in killers if name), None)
    shutil.copy(TOP / path, COPY / path)
    return killer


def main():
    copy_tree()
    configured = run("cmake", "--preset", "tsan", "-DOUTRIDER_BENCH=OFF")
    if configured.returncode:
        sys.exit(configured.stdout + configured.stderr)
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
