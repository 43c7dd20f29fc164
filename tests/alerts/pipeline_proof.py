#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""From a breach to blocked orders, beside the classic way: one trader's gauge breaches, and in the same run, for the
same breach, outrider closes the gate (T4-T0: the first refused order) and tells a webhook (T5-T0), while a Prometheus
that scrapes and evaluates each second, with the same rule file, tells a webhook through an Alertmanager with
group_wait 0s: only then could anybody begin to block.

usage: pipeline_proof.py [--breaches N] [--loop adaptive|spin] [--hogs] [--without-prometheus] [--quick | --full]
"""
import os
import platform
import random
import subprocess
import time

from receivers import HttpReceiver, Inbox, free_port, rig

RULES = """groups:
- name: probe
  interval: {interval}
  rules:
  - alert: Breach
    expr: breach == 1
    labels: {{severity: critical}}
"""
SIDECAR = """rules: {{file: load.rules.yml}}
loop: {loop}
protection:
  arm_at_start: true
  probes: 0
  trips_to_kill: 0
  breakers: [{{alert: Breach, scope: producer, action: halt_new, cooldown: 2ms}}]
alerting:
  rate_limit: 60000
  global_rate_limit: 60000
  cooldowns: {{emergency: 0s, critical: 0s, warning: 0s, info: 0s}}
  webhooks: [{{name: direct, url: "http://127.0.0.1:{port}/direct"}}]
"""
PROMETHEUS = """global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [prometheus.rules.yml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["127.0.0.1:{alertmanager}"]}}]}}]}}
scrape_configs: [{{job_name: outrider, honor_labels: true, static_configs: [{{targets: ["127.0.0.1:{sidecar}"]}}]}}]
"""
ALERTMANAGER = """route: {{receiver: hook, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers: [{{name: hook, webhook_configs: [{{url: "http://127.0.0.1:{port}/classic", send_resolved: true}}]}}]
"""
SEED = 20261121


class Classic:
    """Prometheus and Alertmanager, as Debian ships them."""

    def __init__(self, place, port):
        alertmanager, self.web = free_port(), free_port()
        place.write("alertmanager.yml", ALERTMANAGER.format(port=port))
        place.write("prometheus.rules.yml", RULES.format(interval="1s"))
        place.write("prometheus.yml", PROMETHEUS.format(alertmanager=alertmanager, sidecar=place.port))
        place.start(["/usr/bin/prometheus-alertmanager", "--config.file=" + place.path("alertmanager.yml"),
                     "--storage.path=" + place.path("am"), f"--web.listen-address=127.0.0.1:{alertmanager}",
                     "--cluster.listen-address="], "alertmanager.log")
        place.start(["/usr/bin/prometheus", "--config.file=" + place.path("prometheus.yml"),
                     "--storage.tsdb.path=" + place.path("prom"), f"--web.listen-address=127.0.0.1:{self.web}"],
                    "prometheus.log")


class Run:
    def __init__(self, place, options):
        self.place, self.inbox, self.random = place, Inbox(), random.Random(SEED)
        self.http = HttpReceiver(self.inbox)
        place.write("load.rules.yml", RULES.format(interval="1ms"))
        place.write("sidecar.yml", SIDECAR.format(loop=options.loop, port=self.http.port))
        place.sidecar()
        self.probe = place.program("trip_probe", place.segments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.channels = ["direct"]
        if not options.without_prometheus:
            self.channels.append("classic")
            Classic(place, self.http.port)
        if options.hogs:
            place.start(["stress-ng", "--cpu", str(4 * os.cpu_count())], "stress.log")
        self.took = {"T3": [], "T4": [], "T5": [], "classic": []}
        self.breach()  # until everybody knows each other
        for taken in self.took.values():
            taken.clear()

    def ask(self, request):
        self.probe.child.stdin.write(request.encode() + b"\n")
        self.probe.child.stdin.flush()

    def wait_for(self, state, t0_ns):
        """When each channel was told of that state after `t0_ns`, in ms from it."""
        def heard(channel):
            return [each.at_ns for each in self.inbox.of(channel, '"Breach"') if each.at_ns > t0_ns and any(
                alert["labels"]["alertname"] == "Breach" and alert["status"] == state for alert in each.json["alerts"])]
        # The poll costs the sidecar's core: the receivers stamp what arrives.
        if not rig.eventually(lambda: all(heard(channel) for channel in self.channels), 60, 0.01):
            raise RuntimeError(f"not everybody is told of {state}: " + self.place.read("sidecar.log")[-3000:])
        return {channel: (heard(channel)[0] - t0_ns) / 1e6 for channel in self.channels}

    def breach(self):
        time.sleep(self.random.random())  # anywhere between two scrapes
        self.ask("hold")
        line = self.probe.child.stdout.readline().split()
        if len(line) != 3:
            raise RuntimeError("the gate does not close: " + self.place.read("sidecar.log")[-3000:])
        t0_ns, t3, t4 = int(line[0]), float(line[1]), float(line[2])
        told = self.wait_for("firing", t0_ns)
        self.took["T3"].append(t3 / 1e3)
        self.took["T4"].append(t4 / 1e3)
        self.took["T5"].append(told["direct"])
        self.took["classic"].append(told.get("classic", float("nan")))
        released = time.monotonic_ns()
        self.ask("release")
        self.wait_for("resolved", released)


def options_of(parser):
    parser.add_argument("--breaches", type=int, help="how many; 5 by default, 100 with --full")
    parser.add_argument("--loop", choices=("adaptive", "spin"), default="adaptive", help="of the sidecar")
    parser.add_argument("--hogs", action="store_true", help="stress-ng, 4 a core, beside everything")
    parser.add_argument("--without-prometheus", action="store_true", help="outrider alone: its distributions")


def main():
    args = rig.arguments(__doc__, options_of)
    breaches = args.breaches or (100 if args.full else 5)
    with rig.Rig(args.bin) as place:
        before = rig.load()
        run = Run(place, args)
        for _ in range(breaches):
            run.breach()
    at = {name: {q: round(rig.quantile(taken, q), 3) for q in (0.5, 0.99, 1)} for name, taken in run.took.items()}
    names = {"T3": "T3-T0 gate word stored", "T4": "T4-T0 first refused order", "T5": "T5-T0 alert at the webhook",
             "classic": "Prometheus, Alertmanager, webhook"}
    for name, q in at.items():
        if name != "classic" or not args.without_prometheus:
            print(f"{names[name]:<36} median {q[0.5]:10.3f}  p99 {q[0.99]:10.3f}  worst {q[1]:10.3f} ms")
    commit = subprocess.run(["git", "-C", rig.ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    where = {"machine": f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}",
             "commit": commit.stdout.strip(), "load_before": before, "load": rig.load(), "loop": args.loop,
             "hogs": args.hogs}
    ratio = at["classic"][0.5] / at["T4"][0.5]
    holds = all(not ours >= theirs for ours, theirs in zip(run.took["T4"], run.took["classic"]))
    figure = f"{breaches} breaches: blocked after {at['T4'][0.5]:.2f} ms (median; worst {at['T4'][1]:.2f})"
    if not args.without_prometheus:
        figure += (f", Prometheus and Alertmanager at 1 s/1 s tell a webhook after {at['classic'][0.5]:.0f} ms "
                   f"(worst {at['classic'][1]:.0f}): {ratio:.0f} times")
    figures = {f"{name}_ms": {"median": q[0.5], "p99": q[0.99], "worst": q[1]} for name, q in at.items()
               if q[0.5] == q[0.5]}
    rig.verdict("breach to blocked, beside Prometheus and Alertmanager", figure, holds, breaches=breaches, **figures,
                **({} if args.without_prometheus else {"ratio": round(ratio)}), **where)


if __name__ == "__main__":
    main()
