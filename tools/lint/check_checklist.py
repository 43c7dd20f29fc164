#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every test of the checklist names the change of one line that breaks it, and the change can be made.
The table of rows in tools/deploy/README.md has each of them, and names only tests that there are.

usage: check_checklist.py [TREE]     looks only; tests/mutants/checklist.py builds and runs some of them
"""
import re

import breaking_changes
import tree

TABLE = "tools/deploy/README.md"
ROW = re.compile(r"^\| (\d[\d, to]*) \|[^|]*\| (.*) \|$", re.MULTILINE)
CTEST = re.compile(r"add_test\(NAME (\w+)\.(\w+)")


def tests(top):
    """`Suite` and `Suite.Name` of all there are."""
    found = tree.gtests(top)
    found += [match for path in tree.files(top, "CMakeLists.txt") for match in CTEST.findall(path.read_text())]
    return {name for suite, test in found for name in (suite, f"{suite}.{test}")}


def problems_of_table(top, claims):
    if not (top / TABLE).is_file():
        return
    known = tests(top) | {f"R{row}" for claim in claims for row in claim.rows}
    listed = set()
    for rows, shown in ROW.findall((top / TABLE).read_text()):
        listed |= {int(row) for row in re.findall(r"\d+", rows)}
        for name in re.findall(r"`([\w.]+)`", shown):
            if name not in known:
                yield f"{TABLE}: row {rows}: there is no test {name}"
    for claim in claims:
        for row in sorted(claim.rows - listed):
            yield f"{TABLE}: row {row} is missing, which {claim.test} is of"


def main():
    top = tree.root()
    claims = breaking_changes.claims(top, tree.files(top, "_test.cpp"))
    problems = [f"{claim.source.relative_to(top)}: {claim.test}: {problem}"
                for claim in claims if (problem := claim.problem(top))]
    problems += problems_of_table(top, claims)
    tree.finish(problems, f"checklist: {len(claims)} tests, each with what breaks it")


main()
