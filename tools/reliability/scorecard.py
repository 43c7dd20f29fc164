#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs each proof and prints what it showed, never what it might show if run for longer.

A proof is a command that exits with 0 when it holds and whose last line on stdout is a JSON object
with "figure" (a sentence) and "holds". One that ends otherwise, or says nothing, does not hold.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import time

from rows import ROWS

TOP = pathlib.Path(__file__).resolve().parents[2]
RESULTS = TOP / "build/reliability"
MARK = re.compile(r"(<!-- scorecard -->\n).*?(<!-- end of scorecard -->)", re.DOTALL)


def output(*command):
    return subprocess.run(command, cwd=TOP, capture_output=True, text=True).stdout.strip()


def last_object(text):
    """The JSON object in the last line that is not empty; None when there is none."""
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        found = json.loads(lines[-1]) if lines else None
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) and "figure" in found else None


def run(row, tier):
    command = row.full if tier == "full" else row.quick
    log = RESULTS / f"{row.name}.log"
    begin = time.monotonic()
    with log.open("w") as errors:
        try:
            done = subprocess.run(command, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
                                  text=True, timeout=row.limit if tier == "quick" else None)
            code, said = done.returncode, done.stdout
        except subprocess.TimeoutExpired as expired:
            code, said = None, (expired.stdout or b"").decode(errors="replace")
        except OSError as error:
            code, said = None, f"cannot run {command[0]}: {error}"
        errors.write(said)
    result = last_object(said) or {"figure": f"no result; see {os.path.relpath(log, TOP)}", "holds": False}
    if code != 0:
        result["holds"] = False
        if code is None:
            result["figure"] = f"not ended within {row.limit} s; see {os.path.relpath(log, TOP)}"
    return result | {"name": row.name, "row": row.title, "tier": tier, "seconds": round(time.monotonic() - begin, 1),
                     "command": " ".join(command), "holds": bool(result.get("holds"))}


def circumstances():
    cpu = re.search(r"model name\s*:\s*(.+)", pathlib.Path("/proc/cpuinfo").read_text())
    changed = " with changes" if output("git", "status", "--porcelain", "--untracked-files=no") else ""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{cpu.group(1) if cpu else platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}",
        "commit": output("git", "rev-parse", "--short", "HEAD") + changed,
        "compiler": output("c++", "--version").splitlines()[0],
        "load": f"{os.getloadavg()[0]:.1f}",
    }


def markdown(results, where):
    lines = ["| proof | figure | tier | seconds | holds |", "|---|---|---|---|---|"]
    lines += [f"| {r['row']} | {r['figure']} | {r['tier']} | {r['seconds']:.0f} | {'yes' if r['holds'] else '**no**'} |"
              for r in results]
    lines += ["", f"{where['date']}; {where['machine']}, load {where['load']} before; commit {where['commit']}; "
              f"{where['compiler']}."]
    return "\n".join(lines) + "\n"


def table(results):
    widths = [max(len(r[key]) for r in results) for key in ("row", "figure")]
    return "\n".join(f"{'ok  ' if r['holds'] else 'FAIL'}  {r['row']:<{widths[0]}}  {r['figure']:<{widths[1]}}  "
                     f"{r['tier']}  {r['seconds']:7.1f} s" for r in results)


def write_readme(text):
    readme = TOP / "README.md"
    old = readme.read_text()
    if not MARK.search(old):
        sys.exit("README.md has no place for the scorecard: <!-- scorecard --> ... <!-- end of scorecard -->")
    readme.write_text(MARK.sub(lambda mark: mark.group(1) + text + mark.group(2), old))


def main():
    parser = argparse.ArgumentParser(prog="tools/reliability.sh", description=__doc__.splitlines()[0])
    tier = parser.add_mutually_exclusive_group()
    tier.add_argument("--quick", action="store_true", help="minutes (default)")
    tier.add_argument("--full", action="store_true", help="hours")
    parser.add_argument("--list", action="store_true", help="name the rows and end")
    parser.add_argument("--readme", action="store_true", help="put the scorecard into README.md")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="only these rows")
    options = parser.parse_args()

    known = {row.name: row for row in ROWS}
    if unknown := [name for name in options.rows if name not in known]:
        parser.error(f"no row {', '.join(unknown)}; there are: {', '.join(known)}")
    if options.readme and options.rows:
        parser.error("--readme shows all rows or none: give it no ROW")
    if options.list:
        print("\n".join(f"{row.name:<12} {row.title}{' (by name, or --full)' if row.by_name else ''}" for row in ROWS))
        return 0

    RESULTS.mkdir(parents=True, exist_ok=True)
    where = circumstances()
    results = []
    usual = [row for row in ROWS if options.full or not row.by_name]
    for row in ([known[name] for name in options.rows] or usual):
        print(f"{row.title} ...", file=sys.stderr, flush=True)
        results.append(run(row, "full" if options.full else "quick"))
    text = markdown(results, where)
    (RESULTS / "scorecard.md").write_text(text)
    (RESULTS / "scorecard.json").write_text(json.dumps(where | {"rows": results}, indent=2) + "\n")
    print(table(results))
    print(f"{sum(r['seconds'] for r in results):.0f} s; {where['machine']}, commit {where['commit']}, {where['compiler']}")
    if options.readme:
        write_readme(text)
    return 0 if all(r["holds"] for r in results) else 1


if __name__ == "__main__":
    sys.exit(main())
