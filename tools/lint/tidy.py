#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang-tidy over our sources, as a configured build compiles them: names and budgets (.clang-tidy).

Where the build joins sources, they are read together: most of the time goes into others' headers.

usage: tidy.py BUILD_DIR [--since COMMIT]   all sources, or only those changed since a commit
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]


def sources_of(file):
    """Those that a file of the build tree joins; of any other, itself."""
    return {pathlib.Path(name) for name in re.findall(r'#include "(/.+)"', file.read_text())} if file.suffix == ".cxx" else {file}


def compiled(build):
    """What the build compiles of ours, with its sources; what it generates and header checks are not ours."""
    entries = json.loads((build / "compile_commands.json").read_text())
    files = {pathlib.Path(entry["directory"], entry["file"]).resolve() for entry in entries}
    every = {file: {s for s in sources_of(file) if TOP in s.parents and build not in s.parents} for file in sorted(files)}
    return {file: sources for file, sources in every.items() if sources}


def changed(commit):
    command = ["git", "-C", str(TOP), "diff", "--name-only", "--diff-filter=d", commit]
    return {TOP / name for name in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()}


def tidy(build, file):
    command = ["clang-tidy", "--quiet", "-p", str(build), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=TOP)
    return done.returncode, done.stdout.strip() or (done.stderr if done.returncode else "")


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    files = compiled(build)
    if len(sys.argv) > 3 and sys.argv[2] == "--since":
        since = changed(sys.argv[3])
        files = {file: sources for file, sources in files.items() if sources & since}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda file: tidy(build, file), files))
    for code, said in results:
        if code:
            print(said)
    bad = sum(code != 0 for code, _ in results)
    count = len(set().union(*files.values()))
    print(f"clang-tidy: {count} sources, {bad} with findings")
    sys.exit(1 if bad else 0)


main()
