#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A profile that lives: sidecar, a trader whose series move, and a Prometheus, for pictures of dashboards.

live.py PROFILE PORT [SECONDS]     Prometheus is on 127.0.0.1:PORT; all of it ends with SECONDS or a Ctrl-C
"""
import itertools
import math
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
BIN = ROOT / "build/release/bin"
RNG = random.Random(1)


def walk(start, step, least=-math.inf, most=math.inf):
    """A value that wanders."""
    value = start
    while True:
        yield value
        value = min(most, max(least, value + RNG.gauss(0, step)))


def label_sets(labels):
    names = list(labels or {})
    values = [[value for value in labels[name] if value != "..."][:6 if name == "server_name" else 3] for name in names]
    for combination in itertools.product(*values):
        yield "{" + ",".join(f'{n}="{v}"' for n, v in zip(names, combination)) + "}" if names else ""


def total(series):
    """Of a counter; what is bad is rare."""
    if "cancels" in series:
        rate = 1
    elif "fills" in series:
        rate = 2
    else:
        rate = 0.02 if re.search("reject|fail|error|loss|blocked|denied|critical|emergency", series) else 3.5
    return (str(int(sum_)) for sum_ in itertools.accumulate(walk(rate, rate / 4, 0, 2 * rate)))


def moving(metric, labels):
    """The levels of one series, a second after the other, as profile_trader reads them."""
    name, kind = metric["name"], metric["type"]
    if kind == "counter":
        return total(name + labels)
    if kind == "histogram":
        buckets = metric["buckets"]
        return (f"@{level:.6g}" for level in walk(buckets[2], buckets[2] / 4, buckets[0] / 2, buckets[-3]))
    if "encoding" in metric:
        return itertools.repeat("0" if "staleness" in name else "1")
    if re.search("pnl", name):
        return (f"{level:.2f}" for level in walk(-60, 12))
    if re.search("equity|value|cash|limit", name):
        return (f"{level:.2f}" for level in walk(1000, 3, 900))
    if metric.get("unit") == "bytes":
        whole = re.search("Total|size", name)
        return (f"{level:.0f}" for level in (itertools.repeat(16e9) if whole else walk(9e9, 1e8, 4e9, 14e9)))
    if metric.get("streak"):
        return itertools.repeat("0")
    if metric.get("unit") == "ratio":
        return (f"{level:.3f}" for level in walk(0.6, 0.03, 0, 1))
    return (str(round(level)) for level in walk(1, 0.3, 0, 3))


def series_of(profile):
    metrics = yaml.safe_load((profile / "metrics.yml").read_text())["metrics"]
    return {metric["name"] + labels: moving(metric, labels) for metric in metrics
            if metric.get("source", "trader") in ("trader", "probe") for labels in label_sets(metric.get("labels"))}


def configuration(profile, home, port, sidecar_port):
    """The profile's own files, rules evaluated each second; gives the commands of sidecar and Prometheus."""
    config = (profile / "sidecar.yml").read_text()
    rules = yaml.safe_load(config)["rules"]["file"]
    for name in rules:
        (home / name).write_text(re.sub(r"interval: \w+", "interval: 1s", (profile / name).read_text()))
    (home / "sidecar.yml").write_text(config.replace("\nprotection:\n", "\nprotection:\n  arm_at_start: true\n"))
    (home / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
        f"rule_files: [{', '.join(str(home / name) for name in rules)}]\n"
        "scrape_configs:\n- job_name: outrider\n"
        f"  static_configs: [{{targets: ['127.0.0.1:{sidecar_port}']}}]\n")
    sidecar = [BIN / "outrider-sidecar", f"--config.file={home}/sidecar.yml", f"--segment.dir={home}/s",
               f"--storage.path={home}/state", f"--web.listen-address=127.0.0.1:{sidecar_port}"]
    prometheus = ["prometheus", f"--config.file={home}/prometheus.yml", f"--storage.tsdb.path={home}/tsdb",
                  f"--web.listen-address=127.0.0.1:{port}"]
    return sidecar, prometheus


def live(profile, home, port, seconds):
    for part in ("s", "s/t", "s/c", "s/c/kill", "state"):
        (home / part).mkdir(mode=0o700)
    series, levels = series_of(profile), home / "levels"
    levels.write_text("")
    trader = [BIN / "profile_trader", home / "s", profile.name, profile / "metrics.yml", levels]
    running = []
    try:
        for command in (*configuration(profile, home, port, port + 1), trader):
            log = (home / f"{pathlib.Path(command[0]).name}.log").open("w")
            running.append(subprocess.Popen(command, stdout=log, stderr=log))
            time.sleep(1)
        end = time.time() + seconds
        while time.time() < end and all(each.poll() is None for each in running):
            fresh = home / "levels.new"
            fresh.write_text("".join(f"{name} {next(each)}\n" for name, each in series.items()))
            fresh.rename(levels)
            time.sleep(1)
    finally:
        for each in running:
            each.kill()
            each.wait()


def main():
    profile = ROOT / "tools/deploy/profiles" / sys.argv[1]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else math.inf
    with tempfile.TemporaryDirectory() as home:
        live(profile, pathlib.Path(home), int(sys.argv[2]), seconds)


main()
