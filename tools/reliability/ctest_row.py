#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A row of the scorecard from tests: tools/reliability/ctest_row.py REGEX [ctest options].

Holds when there are such tests and all of them ran and passed.
"""
import json
import re
import subprocess
import sys


def main():
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    done = subprocess.run(["setarch", "-R", "ctest", "--test-dir", "build/release", "--no-tests=error",
                           "--output-on-failure", "-R", *sys.argv[1:]], capture_output=True, text=True)
    print(done.stdout, done.stderr, file=sys.stderr)
    counts = re.search(r"tests passed, (\d+) tests failed out of (\d+)", done.stdout)
    failed, total = (int(count) for count in counts.groups()) if counts else (0, 0)
    holds = done.returncode == 0 and total > 0 and "Skipped" not in done.stdout
    print(json.dumps({"figure": f"{total - failed} of {total} tests pass", "holds": holds}))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
