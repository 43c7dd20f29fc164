#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang-tidy over our sources, as a configured build compiles them: names and budgets (.clang-tidy).

usage: tidy.py BUILD_DIR [--since COMMIT]   all sources, or only those changed since a commit
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]


def compiled(build):
    """Our sources that the build compiles; generated ones and header checks stand in the build tree."""
    entries = json.loads((build / "compile_commands.json").read_text())
    files = {pathlib.Path(entry["directory"], entry["file"]).resolve() for entry in entries}
    return sorted(f for f in files if TOP in f.parents and TOP / "build" not in f.parents and build not in f.parents)


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
        files = sorted(set(files) & changed(sys.argv[3]))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda file: tidy(build, file), files))
    for code, said in results:
        if code:
            print(said)
    bad = sum(code != 0 for code, _ in results)
    print(f"clang-tidy: {len(files)} sources, {bad} with findings")
    sys.exit(1 if bad else 0)


main()
