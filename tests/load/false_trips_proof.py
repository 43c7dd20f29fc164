#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No false trip: the demo trades as it always does, while hogs come and go, the trader is stopped for moments, and the
sidecar's wall clock is stepped by hours. The demo's rules, and some that watch the sidecar itself, have a breaker each,
and none of them may trip. Then a real reject storm must, and no other. Without the demo's LosingStreak: a trader that is
stopped with its orders in the book really loses ten times in a row, now and then.

usage: false_trips_proof.py [--minutes N | --quick | --full] [--bin DIR]     10 minutes, 20 seconds, an hour
"""
import glob
import os
import random
import signal
import subprocess
import time

import rig

DEMO = os.path.join(rig.ROOT, "tools/demo")
# Nothing is lost, the trader lives, and its clock runs as it should: each would be wrong to fire.
RULES = """groups:
  - name: must_stay_quiet
    interval: 10ms
    rules:
      - {alert: Lost, expr: 'sum(outrider_samples_lost_total) > 0'}
      - {alert: Gone, expr: 'outrider_producer_up == 0'}
      - {alert: Anomalies, expr: 'outrider_clock_anomalies_total > 0'}
      - {alert: Backwards, expr: 'increase(demo_orders_sent_total[10s]) < 0'}
"""
NAMES = ("Lost", "Gone", "Anomalies", "Backwards")
SEED = 20261121
REAL = "RejectStorm"
LOSING = "    - alert: LosingStreak\n      scope: producer\n      action: halt_new\n      cooldown: 5s\n"


class WallClock:
    """The sidecar's, by libfaketime: CLOCK_REALTIME alone."""

    def __init__(self, bench):
        self.bench, self.steps = bench, 0
        self.step(0)
        self.env = {"LD_PRELOAD": glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")[0],
                    "FAKETIME_TIMESTAMP_FILE": bench.path("wall"), "FAKETIME_NO_CACHE": "1",
                    "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}

    def step(self, seconds):
        self.bench.write("wall.new", f"{seconds:+d}")
        os.rename(self.bench.path("wall.new"), self.bench.path("wall"))
        self.steps += 1


class Demo:
    """Exchange, trader and sidecar, armed and trading."""

    def __init__(self, bench):
        self.bench, self.wall = bench, WallClock(bench)
        for name in ("demo.rules.yml", "demo.sidecar.yml"):
            with open(os.path.join(DEMO, name)) as file:
                bench.write(name, file.read())
        breakers = "".join(f"    - {{alert: {name}, scope: producer, action: halt_new, cooldown: 5s}}\n"
                           for name in NAMES)
        rules = "file: demo.rules.yml"
        text = bench.read("demo.sidecar.yml")
        assert rules in text and LOSING in text and text.rstrip().endswith("cooldown: 5s")  # breakers come last
        bench.write("sidecar.yml", text.replace(LOSING, "").replace(rules, "file: [demo.rules.yml, load.rules.yml]")
                    + breakers)
        bench.sidecar(env=self.wall.env)
        self.exchange = bench.program("outrider-demo-exchange", "--control", stdin=subprocess.PIPE)
        log = "outrider-demo-exchange.log"
        rig.eventually(lambda: "listening port=" in bench.read(log))
        port = bench.read(log).partition("listening port=")[2].split()[0]
        self.trader = bench.program("outrider-demo-trader", "--segment.dir", bench.segments, "--exchange-port", port)
        rig.eventually(lambda: bench.sum("outrider_gate_state") > 0)
        subprocess.run([os.path.join(bench.bin, "outrider"), "--segment.dir", bench.segments, "--control.socket",
                        bench.path("control.sock"), "arm", "--reason", "false trips: the demo starts to trade"],
                       check=True, capture_output=True, timeout=30)
        if not rig.eventually(lambda: self.orders() > 20):
            raise RuntimeError("the demo does not trade: " + bench.read("sidecar.log"))

    def orders(self):
        return self.bench.sum("demo_orders_sent_total")

    def trips(self):
        """By rule, of those that tripped."""
        return {name.partition('rule="')[2].partition('"')[0]: int(value)
                for name, value in self.bench.metrics().items()
                if name.startswith("outrider_trips_total{") and value > 0}


class Weather:
    """What comes over the demo, by a seed: hogs for 8 of each 12 seconds, a stop of the trader every 8 s or so, steps.

    More stops than that in the 10 s that LatencyStorm looks at, and the 99th percentile of the round trips, which
    nobody answered meanwhile, would really be late.
    """

    def __init__(self, demo):
        self.demo, self.random, self.stops, self.stopped = demo, random.Random(SEED), 0, 0.0
        self.hogs, self.hogs_until, self.next_stop = None, 0.0, time.monotonic() + 4

    def blow(self, now):
        if now > self.hogs_until + 4:
            self.hogs = self.demo.bench.start(["stress-ng", "--cpu", str(4 * os.cpu_count()), "--timeout", "8"],
                                              "stress.log")
            self.hogs_until = now + 8
        if self.random.random() < 0.4:
            self.demo.wall.step(self.random.choice((-9000, -24, -1, 0, 1, 24, 9000)) * 3600 +
                                self.random.randrange(-30, 30))
        if now > self.next_stop:
            self.next_stop = now + self.random.uniform(4, 12)
            pause = self.random.choice((0.01, 0.1, 0.5, 1.0, 3.0))
            self.demo.trader.send(signal.SIGSTOP)
            time.sleep(pause)
            self.demo.trader.send(signal.SIGCONT)
            self.stops, self.stopped = self.stops + 1, self.stopped + pause
        time.sleep(self.random.uniform(0.2, 1.5))


def prove(bench, seconds):
    demo = Demo(bench)
    weather = Weather(demo)
    begin, orders = time.monotonic(), demo.orders()
    said = {}
    while time.monotonic() - begin < seconds:
        weather.blow(time.monotonic())
        if (trips := demo.trips()) != said:
            said = trips
            print(f"{time.monotonic() - begin:.0f} s: tripped {trips}, load {rig.load()}; " + " ".join(
                line for line in bench.get("/metrics").splitlines()
                if line.startswith("demo_order_round_trip_seconds_rolling{") and '"10s"' in line), flush=True)
    lasted, orders = time.monotonic() - begin, demo.orders() - orders
    if weather.hogs:
        weather.hogs.end()
    false = sum(demo.trips().values())
    demo.exchange.child.stdin.write(b"reject-storm\n")
    demo.exchange.child.stdin.flush()
    real = rig.eventually(lambda: demo.trips().get(REAL, 0) > said.get(REAL, 0), 30)
    others = sum(count for name, count in demo.trips().items() if name != REAL) - sum(
        count for name, count in said.items() if name != REAL)
    page = bench.metrics()
    if false or not real or others:
        print(bench.read("sidecar.log")[-6000:])
    is_nominal = orders > 10 * (lasted - weather.stopped) and weather.stops > 0 and demo.wall.steps > 1
    rig.verdict("no false trips",
                f"{false} false trips in {lasted / 60:.1f} min: {orders:.0f} orders beside hogs, {weather.stops} stops "
                f"of the trader, {demo.wall.steps - 1} steps of the wall clock; then a real one tripped",
                false == 0 and real and others == 0 and is_nominal, false_trips=false, seconds=round(lasted, 1),
                orders=orders, stops=weather.stops, stopped_seconds=round(weather.stopped, 1),
                clock_steps=demo.wall.steps - 1, lease_expirations=page["outrider_lease_expirations_total"],
                tripped=said, real_trip=bool(real), load=rig.load())


def main():
    args = rig.arguments(__doc__, lambda parser: parser.add_argument("--minutes", type=float, help="how long"))
    minutes = args.minutes or (60 if args.full else 1 / 3 if args.quick or args.brief else 10)
    with rig.Rig(args.bin, rules=RULES) as bench:
        prove(bench, minutes * 60)


if __name__ == "__main__":
    main()
