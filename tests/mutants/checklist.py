#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Breaks tests of the checklist as their comments tell: each must fail then, and pass without.

usage: checklist.py [--list | --all | [--count N] [--seed S] | NAME...]
    --count N  so many tests by chance (default 3)
    --seed S   the same chance again (default: another each time; it is printed)
    NAME       all whose name has this in it, such as R53
0: each was noticed, 1: one was not, or nothing could be judged, 2: usage.
"""
import argparse
import pathlib
import random
import sys

from run import HERE, Mutant, filter_of, judge_all

import breaking_changes  # noqa: E402 (run.py has shown the way to tools/lint)

TOP = HERE.parents[1]


class BrokenLine(Mutant):
    """A mutant whose head and patch are the comment above its test."""

    def __init__(self, claim):
        if problem := claim.problem(TOP):
            sys.exit(f"{claim.test}: {problem}")
        self.name, self.test, self.target, self.files = claim.test, claim.test, claim.target, [claim.file]
        self.arguments = filter_of(claim.test)
        self.text, self.instead = claim.text, claim.instead

    def apply(self, copy):
        path = copy.path / self.files[0]
        path.write_text(path.read_text().replace(self.text, self.instead))
        return None


def chosen(wanted):
    sources = sorted(pathlib.Path(TOP, "tests").glob("*/*_test.cpp"))
    every = [BrokenLine(claim) for claim in breaking_changes.claims(TOP, sources)]
    if wanted.names:
        return [each for each in every if any(name in each.name for name in wanted.names)]
    if wanted.all or wanted.list:
        return every
    seed = wanted.seed if wanted.seed is not None else random.randrange(1 << 32)
    print(f"{wanted.count} of {len(every)} by --seed {seed}")
    return random.Random(seed).sample(every, wanted.count)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--count", type=int, default=3)
    parser.add_argument("--seed", type=int)
    parser.add_argument("names", nargs="*")
    wanted = parser.parse_args()
    tests = chosen(wanted)
    if wanted.list:
        print("\n".join(f"{test.name}: {test.files[0]}: `{test.text}` -> `{test.instead}`" for test in tests))
        return
    if not tests:
        sys.exit("no such test")
    results = judge_all(tests)
    noticed = sum(verdict is None for _, verdict in results)
    print(f"{noticed} of {len(results)} tests of the checklist notice the change that breaks them")
    sys.exit(0 if noticed == len(results) else 1)


if __name__ == "__main__":
    main()
