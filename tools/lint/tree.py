# SPDX-License-Identifier: Apache-2.0
"""Which files a check looks at, and how it says what it found: shared by the checks."""
import pathlib
import re
import subprocess
import sys

GTEST = re.compile(r"^TEST(?:_F|_P)?\((\w+),\s+(\w+)\)", re.MULTILINE)


def root():
    """The tree to check: the first argument, else the repository this file stands in."""
    if len(sys.argv) > 1:
        return pathlib.Path(sys.argv[1]).resolve()
    return pathlib.Path(__file__).resolve().parents[2]


def files(top, *suffixes):
    """Every file git would know of, committed or not yet; all files where there is no repository."""
    if (top / ".git").exists():
        command = ["git", "-C", str(top), "ls-files", "-z", "-co", "--exclude-standard"]
        names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
        paths = {top / name for name in names if name}
    else:
        paths = set(top.rglob("*"))
    return sorted(p for p in paths if p.is_file() and (not suffixes or p.name.endswith(suffixes)))


def gtests(top):
    """(suite, name) of every test of GoogleTest's."""
    return [found for path in files(top, "_test.cpp") for found in GTEST.findall(path.read_text())]


def finish(problems, done):
    """Prints the problems and exits 1, or prints what was checked and exits 0."""
    print("\n".join(problems) if problems else done)
    sys.exit(1 if problems else 0)
