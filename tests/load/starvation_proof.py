#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A sidecar that gets no time: beside four CPU hogs for each core, and stopped
altogether for a minute (--full) or seconds, while a trader records as fast as it
can. Nothing is lost or doubled by the trader's own ledger, the lease runs out
while it is stopped and is granted again after, and no rule trips: not over a
latency, a rate, silence or the sidecar's own lateness."""
import os
import signal
import sys
import time

import rig

# Each would be wrong to fire: nothing is slow, nothing is lost, the trader lives.
RULES = """groups:
  - name: must_stay_quiet
    interval: 10ms
    rules:
      - {alert: Slow, expr: 'load_seconds_rolling_max{window="10s"} > 0.001'}
      - {alert: SlowQuantile, expr: 'load_seconds_rolling{window="10s",quantile="0.99"} > 0.001'}
      - {alert: Silent, expr: 'increase(load_calls_total[10s]) < 0'}
      - {alert: Lost, expr: 'sum(outrider_samples_lost_total) > 0'}
      - {alert: Gone, expr: 'outrider_producer_up == 0'}
      - {alert: Anomalies, expr: 'outrider_clock_anomalies_total > 0'}
"""
NAMES = ("Slow", "SlowQuantile", "Silent", "Lost", "Gone", "Anomalies")
CONFIG = """rules: {file: load.rules.yml}
protection:
  arm_at_start: true
  breakers: [%s]
""" % ", ".join(f"{{alert: {name}, scope: global, action: halt_new, cooldown: 1h}}"
                for name in NAMES)
LABEL = '{producer="trader"}'


def law(bench):
    """Whether recorded = drained + spilled + in the ring and nothing is lost; the page."""
    page = bench.metrics()
    of = lambda name: page.get(name + LABEL, -1)
    holds = (of("outrider_samples_recorded_total")
             == of("outrider_samples_drained_total") + of("outrider_samples_spilled_total")
             + of("outrider_samples_in_ring"))
    return holds and bench.sum("outrider_samples_lost_total", page) == 0, page


def is_whole(bench, completed):
    """Whether the page counts exactly what the ledger does, everywhere."""
    page = bench.metrics()
    return (page.get("outrider_samples_in_ring" + LABEL) == 0
            and page.get("outrider_samples_recorded_total" + LABEL) == completed
            and bench.sum("load_calls_total", page) == completed
            and bench.sum("load_seconds_count", page) == completed)


def main():
    args = rig.arguments(__doc__)
    hogged, stopped = (60, 60) if args.full else (1, 2) if args.brief else (4, 6)
    with rig.Rig(args.bin, CONFIG, RULES) as bench:
        sidecar = bench.sidecar()
        ledger = rig.Ledger(bench.path("ledger"))
        trader = bench.program("load_trader", bench.segments, "trader", bench.path("ledger"), "max")
        assert rig.eventually(lambda: ledger.gates_seen_open > 0), bench.read("sidecar.log")

        hogs = bench.start(["stress-ng", "--cpu", str(4 * os.cpu_count()), "--timeout",
                            str(hogged + stopped + 30)], "stress.log")
        time.sleep(hogged)
        page = bench.metrics()
        expirations_hogged = page.get("outrider_lease_expirations_total", -1)

        sidecar.send(signal.SIGSTOP)
        time.sleep(1.2)  # a lease is a second
        seen_open, completed = ledger.gates_seen_open, ledger.completed
        time.sleep(stopped - 1.2)
        opened_while_stopped = ledger.gates_seen_open - seen_open
        recorded_while_stopped = ledger.completed - completed
        sidecar.send(signal.SIGCONT)
        seen_open = ledger.gates_seen_open
        came_back = rig.eventually(lambda: ledger.gates_seen_open > seen_open)
        time.sleep(1)
        hogs.end()
        # Before the trader ends: that it is gone then is the truth.
        trips = bench.sum("outrider_trips_total")

        ledger.stop()
        ended = trader.child.wait(60)
        exact = rig.eventually(lambda: is_whole(bench, ledger.completed))
        holds, page = law(bench)
        counted = bench.sum("load_calls_total", page)
        kept = bench.sum("load_seconds_count", page)
        alive = sidecar.child.poll() is None
        log = bench.read("sidecar.log")
    whole = exact and holds and counted == kept == ledger.completed
    ran_out = opened_while_stopped == 0 and page["outrider_lease_expirations_total"] >= 1
    lost = bench.sum("outrider_samples_lost_total", page)
    print(f"{ledger.completed:,} samples by the ledger; drained "
          f"{page['outrider_samples_drained_total' + LABEL]:,.0f}, spilled "
          f"{page['outrider_samples_spilled_total' + LABEL]:,.0f}, lost {lost:.0f}; "
          f"{recorded_while_stopped:,} recorded while stopped; lease expirations "
          f"{expirations_hogged:.0f} beside hogs, {page['outrider_lease_expirations_total']:.0f} in "
          f"all; ended {ended}, machine load {rig.load()}")
    good = whole and ran_out and came_back and trips == 0 and ended == 0 and alive
    if not good:
        print(f"exact {exact} law {holds} counted {counted} kept {kept} opened while stopped "
              f"{opened_while_stopped} came back {came_back} trips {trips}\n{log[-3000:]}")
    rig.verdict("starvation: 4 hogs a core, sidecar stopped",
                f"{hogged} s beside hogs, {stopped} s stopped: {ledger.completed / 1e6:.1f} M samples, "
                f"lost {lost:.0f}, false trips {trips:.0f}, gate closed by its lease and open again",
                good, samples=ledger.completed, recorded_while_stopped=recorded_while_stopped,
                lost=lost, trips=trips, hog_seconds=hogged, stopped_seconds=stopped,
                lease_expirations_beside_hogs=expirations_hogged, load=rig.load())


if __name__ == "__main__":
    sys.exit(main())
