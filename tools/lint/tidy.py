#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang-tidy over our sources, as a configured build compiles them: names and budgets (.clang-tidy).

usage: tidy.py BUILD_DIR [--since COMMIT] [--share N]   all sources, or only
    --since COMMIT  those that changed since then
    --share N       one in N, by chance that the commit decides: a session's commits meet them all
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import zlib

TOP = pathlib.Path(__file__).resolve().parents[2]


def compiled(build):
    """Our sources that the build compiles; generated ones and header checks stand in the build tree."""
    entries = json.loads((build / "compile_commands.json").read_text())
    files = {pathlib.Path(entry["directory"], entry["file"]).resolve() for entry in entries}
    return sorted(f for f in files if TOP in f.parents and TOP / "build" not in f.parents and build not in f.parents)


def git(*words):
    return subprocess.run(["git", "-C", str(TOP), *words], check=True, capture_output=True, text=True).stdout.split()


def changed(commit):
    return {TOP / name for name in git("diff", "--name-only", "--diff-filter=d", commit)}


def share(files, count):
    commit = git("rev-parse", "HEAD")[0]
    return {file for file in files if zlib.crc32(f"{commit} {file.relative_to(TOP)}".encode()) % count == 0}


def chosen(files, wanted):
    if not wanted.since and not wanted.share:
        return files
    since = changed(wanted.since) if wanted.since else set()
    return sorted(set(files) & since | (share(files, wanted.share) if wanted.share else set()))


def tidy(build, file):
    command = ["clang-tidy", "--quiet", "-p", str(build), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=TOP)
    return done.returncode, done.stdout.strip() or (done.stderr if done.returncode else "")


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    parser.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--since")
    parser.add_argument("--share", type=int)
    wanted = parser.parse_args()
    build, every = wanted.build, compiled(wanted.build)
    files = chosen(every, wanted)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda file: tidy(build, file), files))
    for code, said in results:
        if code:
            print(said)
    bad = sum(code != 0 for code, _ in results)
    print(f"clang-tidy: {len(files)} of {len(every)} sources, {bad} with findings")
    sys.exit(1 if bad else 0)


main()
