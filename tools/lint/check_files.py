#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each file by itself: licence line first, no longer than one sitting, nothing left half done."""
import re

import tree

SOURCES = (".hpp", ".cpp", ".h", ".py", ".sh", ".cmake", "CMakeLists.txt")
LICENCE = "SPDX-License-Identifier: Apache-2.0"
# The first number is the house's aim, noted; above the second the check fails.
HEADER, SOURCE, TEST = (250, 300), (300, 350), (300, 400)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|GTEST_SKIP|DISABLED_\w*|NotImplemented(?:Error)?)\b")
TOP_LEVEL = set(
    "CMakeLists.txt shm producer sidecar bench tests tools README.md "
    ".ci .clang-format .clang-tidy .gitignore CMakePresets.json LICENSE".split()
)


def limits(shown):
    if shown.parts[0] == "tests":
        return TEST
    return HEADER if shown.suffix in (".hpp", ".h") else SOURCE


def check(path, shown, notes):
    lines = path.read_text().splitlines()
    head = lines[:2] if lines and lines[0].startswith("#!") else lines[:1]
    if not any(LICENCE in line for line in head):
        yield f"{shown}:1: the first line is not the licence line `{LICENCE}`"
    if shown.name != "check_files.py":
        for number, line in enumerate(lines, 1):
            if found := UNFINISHED.search(line):
                yield f"{shown}:{number}: {found[1]}: finish it or leave it out"
    aim, most = limits(shown)
    if len(lines) > most:
        yield f"{shown}: {len(lines)} lines, at most {most}: two concepts want two files"
    elif len(lines) > aim:
        notes.append(f"note: {shown}: {len(lines)} lines, the aim is {aim}")


def main():
    top, problems, notes = tree.root(), [], []
    everything = tree.files(top)
    for path in everything:
        shown = path.relative_to(top)
        if shown.parts[0] not in TOP_LEVEL and (top / ".git").exists():
            problems.append(f"{shown}: not one of the entries that the top level holds")
        if shown.name.endswith(SOURCES) or str(shown) == ".ci/run":
            problems += check(path, shown, notes)
    licence = top / "LICENSE"
    if (top / ".git").exists() and LICENCE not in (licence.read_text() if licence.exists() else ""):
        problems.append("LICENSE: does not name Apache-2.0 by its SPDX identifier")
    print("\n".join(notes), end="\n" if notes else "")
    tree.finish(problems, f"files: {len(everything)} looked at")


main()
