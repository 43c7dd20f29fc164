#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every seeded bug of tests/mutants still fits the code, and the test that must notice it is there.

usage: check_mutants.py [TREE]     `git apply --check` only; tests/mutants/run.py builds and runs them
"""
import os
import re
import subprocess

import tree

HEAD = re.compile(r"^# (bug|test|run): (\S.*)$", re.MULTILINE)


def problems_of(top, path, tests, words):
    head = dict(HEAD.findall(path.read_text().split("\n--- ", 1)[0]))
    if "bug" not in head or len(head.get("test", "").split()) != 2:
        return ['needs the lines "# bug: TEXT" and "# test: TARGET SUITE.NAME"']
    # By itself, whatever repository there is around the tree.
    environment = dict(os.environ, GIT_CEILING_DIRECTORIES=str(top.parent))
    applied = subprocess.run(["git", "apply", "--check", str(path)], cwd=top, env=environment, capture_output=True,
                             text=True)
    target, test = head["test"].split()
    problems = []
    if applied.returncode:
        problems.append(f"no longer applies: make it anew, see tests/mutants/README.md\n{applied.stderr.strip()}")
    if "gtest_filter" in head.get("run", "gtest_filter") and test not in tests:
        problems.append(f"no test is called {test}")
    if target not in words:
        problems.append(f"no CMakeLists.txt has a target {target}")
    return problems


def main():
    top = tree.root()
    patches = [path for path in tree.files(top, ".patch") if path.parent == top / "tests/mutants"]
    tests = {".".join(found) for found in tree.gtests(top)}
    words = {word for path in tree.files(top, "CMakeLists.txt") for word in re.findall(r"\w+", path.read_text())}
    tree.finish([f"{path.relative_to(top)}: {problem}" for path in patches
                 for problem in problems_of(top, path, tests, words)],
                f"mutants: {len(patches)} apply")


main()
