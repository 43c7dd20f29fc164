# SPDX-License-Identifier: Apache-2.0
"""Real programs for the proofs of this folder: started in a directory of their
own, ended by the pid that was started, asked over loopback. What a program does
not say by itself is read from /proc."""
import argparse
import http.client
import json
import mmap
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def arguments(description, more=None):
    """The two tiers that every proof has, and where its programs are; `more` may add options."""
    parser = argparse.ArgumentParser(description=description)
    tier = parser.add_mutually_exclusive_group()
    tier.add_argument("--quick", action="store_true", help="the short tier (default)")
    tier.add_argument("--full", action="store_true", help="the long tier")
    tier.add_argument("--brief", action="store_true",
                      help="a few seconds, and nothing that depends on the machine's speed")
    parser.add_argument("--bin", default=os.path.join(ROOT, "build/release/bin"),
                        help="where the programs were built")
    if more:
        more(parser)
    return parser.parse_args()


def verdict(row, figure, holds, **more):
    """The scorecard's line, last on standard output, and the exit code."""
    print(json.dumps({"row": row, "figure": figure, "holds": bool(holds), **more}), flush=True)
    sys.exit(0 if holds else 1)


def load():
    return round(os.getloadavg()[0], 2)


def quantile(values, q):
    return sorted(values)[min(len(values) - 1, int(q * len(values)))] if values else float("nan")


def eventually(condition, patience=20.0, pause=0.02):
    """What `condition` returned when it was first true; its last word after `patience`."""
    give_up = time.monotonic() + patience
    while True:
        found = condition()
        if found or time.monotonic() > give_up:
            return found
        time.sleep(pause)


class Process:
    """A child that ends with its owner."""

    def __init__(self, command, log, stdin=subprocess.DEVNULL, stdout=None, env=None):
        self.log = open(log, "ab")
        self.child = subprocess.Popen(
            command, stdin=stdin, stdout=self.log if stdout is None else stdout, stderr=self.log,
            env=None if env is None else {**os.environ, **env})
        self.pid = self.child.pid

    def send(self, number):
        self.child.send_signal(number)

    def stat(self):
        """Seconds of CPU so far and bytes resident."""
        with open(f"/proc/{self.pid}/stat", "rb") as stat:
            fields = stat.read().rpartition(b")")[2].split()
        ticks = int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK"), int(fields[21]) * os.sysconf("SC_PAGE_SIZE")

    def peak_bytes(self):
        with open(f"/proc/{self.pid}/status") as status:
            line = next(line for line in status if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024

    def end(self, number=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(number)
            self.child.send_signal(signal.SIGCONT)
        try:
            return self.child.wait(20)
        except subprocess.TimeoutExpired:
            self.child.kill()
            return self.child.wait()
        finally:
            self.log.close()


class Ledger:
    """tests/process/ledger.hpp, read and written from here."""
    WORDS = 7

    def __init__(self, path):
        with open(path, "w+b") as file:
            file.truncate(self.WORDS * 8)
            self.map = mmap.mmap(file.fileno(), self.WORDS * 8)

    def word(self, number):
        return struct.unpack_from("<Q", self.map, number * 8)[0]

    completed = property(lambda self: self.word(1))
    gates_seen_open = property(lambda self: self.word(5))

    def stop(self):
        struct.pack_into("<Q", self.map, 6 * 8, 1)


class Rig:
    """A directory with a segment directory in it, and what runs there."""

    def __init__(self, bin_dir, config="", rules=""):
        self.bin = bin_dir
        self.root = tempfile.mkdtemp(prefix="outrider-load-")
        self.segments = os.path.join(self.root, "segments")
        os.makedirs(os.path.join(self.segments, "t"), 0o700)
        os.makedirs(os.path.join(self.segments, "c/kill"), 0o700)
        for path in (self.segments, self.segments + "/t", self.segments + "/c"):
            os.chmod(path, 0o700)
        self.write("sidecar.yml", config)
        self.write("load.rules.yml", rules)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.processes = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.end(signal.SIGKILL)
        shutil.rmtree(self.root, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    def read(self, name):
        with open(self.path(name), errors="replace") as file:
            return file.read()

    def start(self, command, log, **how):
        self.processes.append(Process(command, self.path(log), **how))
        return self.processes[-1]

    def program(self, name, *args, **how):
        return self.start([os.path.join(self.bin, name), *map(str, args)], name + ".log", **how)

    def sidecar(self, wrap=(), env=None):
        command = [*wrap, os.path.join(self.bin, "outrider-sidecar"),
                   "--config.file=" + self.path("sidecar.yml"), "--segment.dir=" + self.segments,
                   "--storage.path=" + self.path("state"),
                   "--control.socket=" + self.path("control.sock"),
                   f"--web.listen-address=127.0.0.1:{self.port}"]
        process = self.start(command, "sidecar.log", env=env)
        if not eventually(lambda: self.get("/-/healthy") == "healthy\n"):
            raise RuntimeError("the sidecar does not start: " + self.read("sidecar.log"))
        return process

    def get(self, path, timeout=5.0):
        """Body of a GET on a connection of its own; empty when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path, headers={"Connection": "close"})
            return connection.getresponse().read().decode()
        except (OSError, http.client.HTTPException):
            return ""
        finally:
            connection.close()

    def metrics(self):
        values = {}
        for line in self.get("/metrics").splitlines():
            if not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                values[name] = float(value)
        return values

    def sum(self, name, values=None):
        """Of every series of that name."""
        values = self.metrics() if values is None else values
        return sum(value for key, value in values.items() if key.partition("{")[0] == name)
