#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Breaks the product on purpose, one patch at a time; the test that the patch names must then fail.

usage: run.py [--list] [NAME...]     all patches of this folder, or those named

Works on two copies of the tree under build/mutants. First every named test must pass as it is. The
last line is the result as JSON. 0: every mutant died, 1: one lives or nothing could be judged, 2: usage.
"""
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tools/lint"))
import mutate_orders  # noqa: E402
from mutation import Copy  # noqa: E402

WORKERS = 2
PATIENCE = 60  # seconds: a mutant that hangs its test is noticed, too


def filter_of(test):
    """Of a test that has parameters, each."""
    return [f"--gtest_filter={test}:*/{test}/*"]


class Mutant:
    """A patch and the head that says what it breaks and who must notice."""

    def __init__(self, path):
        text = path.read_text()
        head = dict(re.findall(r"^# (bug|test|run): (.+)$", text.split("\n--- ", 1)[0], re.MULTILINE))
        if "bug" not in head or len(head.get("test", "").split()) != 2:
            sys.exit(f"{path}: needs the lines \"# bug: TEXT\" and \"# test: TARGET SUITE.NAME\"")
        self.path, self.name, self.bug = path, path.stem, head["bug"]
        self.target, self.test = head["test"].split()
        self.arguments = head["run"].split() if "run" in head else filter_of(self.test)
        self.files = re.findall(r"^\+\+\+ b/(\S+)$", text, re.MULTILINE)

    def apply(self, copy):
        """None, or why it cannot be."""
        applied = copy.run("git", "apply", self.path)
        return f"the patch no longer applies: {applied.stdout.strip()}" if applied.returncode else None

    def test_passes(self, copy):
        """True, False, or what was wrong with the run."""
        try:
            done = copy.run(copy.build_path / "bin" / self.target, *self.arguments, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return False
        if "--gtest_filter" in self.arguments[0] and not re.search(rf"\[ RUN +\] (\w+/)?{self.test}\b", done.stdout):
            return f"{self.target} has no test {self.test}\n{done.stdout}"
        return done.returncode == 0

    def verdict(self, copy):
        """None when the test notices; else what happened instead."""
        if problem := self.apply(copy):
            return problem
        try:
            if said := copy.build(self.target, jobs=1):
                return f"does not build:\n{said[-2000:]}"
            passes = self.test_passes(copy)
            return "LIVES" if passes is True else passes or None
        finally:
            for file in self.files:
                copy.restore(file)


def prepare(number, targets, jobs):
    """As the release is built, so that ccache has most of it; what is broken may also look so, hence -w."""
    copy = Copy(f"mutants/{number}", "release")
    copy.environment["CCACHE_IGNOREOPTIONS"] = "-w"
    copy.refresh()
    copy.configure("-DCMAKE_CXX_FLAGS_RELEASE=-O3 -DNDEBUG -Wno-restrict -w")
    if said := copy.build(*targets, jobs=jobs):
        sys.exit(f"the unbroken tree does not build:\n{said[-4000:]}")
    return copy


def judge(copy, mutants):
    """(mutant, verdict) of each; those of one target stand together, so that it is linked in peace."""
    results = []
    for mutant in mutants:
        began = time.monotonic()
        verdict = mutant.verdict(copy)
        print(f"{mutant.name}: {verdict or 'dies by ' + mutant.test} ({time.monotonic() - began:.1f} s)", flush=True)
        results.append((mutant, verdict))
    return results


def chosen(names):
    every = {path.stem: path for path in sorted(HERE.glob("*.patch"))}
    if unknown := set(names) - set(every):
        print(f"no such mutant: {', '.join(sorted(unknown))}", file=sys.stderr)
        sys.exit(2)
    return [Mutant(every[name]) for name in (names or every)]


def judge_all(mutants):
    """(mutant, verdict) of each, in two copies of the tree, in which every named test passes unbroken."""
    mutants = sorted(mutants, key=lambda mutant: (mutant.target, mutant.files))
    targets = sorted({mutant.target for mutant in mutants})
    began = time.monotonic()
    copies = [prepare(number, targets, WORKERS) for number in range(min(WORKERS, len(mutants)))]
    print(f"{len(targets)} targets built in {len(copies)} copies in {time.monotonic() - began:.1f} s", flush=True)
    for mutant in mutants:
        if (passes := mutant.test_passes(copies[0])) is not True:
            sys.exit(f"{mutant.test} fails in the unbroken tree: {passes or 'see it run by itself'}")
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        shares = [mutants[number::len(copies)] for number in range(len(copies))]
        return [each for share in pool.map(judge, copies, shares) for each in share]


def main():
    if [word for word in sys.argv[1:] if word.startswith("-") and word != "--list"]:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    mutants = chosen([word for word in sys.argv[1:] if word != "--list"])
    if "--list" in sys.argv:
        print("\n".join(f"{m.name}: {m.bug}\n    {m.target} {m.test}" for m in mutants))
        return
    began = time.monotonic()
    results = judge_all(mutants)
    died = sum(verdict is None for _, verdict in results)
    holds = died == len(mutants) and died > 0
    orders = sum(tag not in mutate_orders.EXCUSED for _, _, tag in mutate_orders.places())
    print(f"{orders} weakened memory orders are the matter of tools/lint/mutate_orders.py")
    print(json.dumps({"row": "mutants killed", "figure": f"{died} of {len(mutants)}", "holds": holds,
                      "mutants": len(mutants), "killed": died, "orders_weakened_elsewhere": orders,
                      "seconds": round(time.monotonic() - began, 1)}))
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
