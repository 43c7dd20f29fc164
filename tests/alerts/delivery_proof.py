#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Alerts reach people: a real sidecar, two real Alertmanagers in a cluster with the shipped configuration, and mocks of
Slack, Discord, Telegram, PagerDuty, e-mail and a webhook. Firing and resolved once each, also with one peer down, and
after a SIGKILL of the sidecar with a full queue. Prints how long an alert takes from the breach (T5-T0).

usage: delivery_proof.py [--quick | --full | --brief] [--bin DIR]
"""
import datetime
import os
import signal
import subprocess

from receivers import Cluster, HttpReceiver, Inbox, SmtpReceiver, free_port, rig, shipped_configuration

CHANNELS = ("slack", "discord", "telegram", "pagerduty", "email", "webhook")
# How each says which it is.
WEBHOOK = ('"status":"firing"', '"status":"resolved"')
DIRECT = "direct"  # the sidecar's own webhook
SAYS = {"pagerduty": ('"trigger"', '"resolve"'), "webhook": WEBHOOK, DIRECT: WEBHOOK}
ALERTS = 40  # and as much room, so that the queue is full

RULES = """groups:
- name: probe
  interval: 10ms
  rules:
  - alert: Breach
    expr: breach > 0
    labels: {severity: critical}
    annotations: {summary: "breach of {{ $labels.n }}", runbook_url: "https://runbooks/breach"}
"""


def configuration(alertmanagers, webhook_port, extra=""):
    peers = ", ".join("{url: " + url + ", timeout: 2s}" for url in alertmanagers)
    return f"""protection: {{arm_at_start: true}}
rules: {{file: [load.rules.yml]}}
alerting:
  external_labels: {{desk: proof}}
  resend_interval: 1s
  rate_limit: 60000
  global_rate_limit: 60000
  alertmanagers: [{peers}]
  webhooks: [{{name: {DIRECT}, url: "http://127.0.0.1:{webhook_port}/{DIRECT}?token=direct-secret"}}]
{extra}"""


class Proof:
    def __init__(self, arguments):
        self.bin, self.brief, self.full = arguments.bin, arguments.brief, arguments.full
        self.problems, self.figures = [], {}

    def check(self, holds, what):
        print(("holds  " if holds else "BROKEN ") + what, flush=True)
        if not holds:
            self.problems.append(what)

    def outrider(self, place, *command):
        done = subprocess.run([os.path.join(self.bin, "outrider"), "--segment.dir", place.segments, "--control.socket",
                               place.path("control.sock"), *command], capture_output=True, text=True, timeout=30)
        return done.stdout + done.stderr

    def expect_each_once(self, inbox, channels, scope, state):
        """One message of that state on each channel, and it stays one."""
        def count(channel):
            firing, resolved = SAYS.get(channel, ("[FIRING]", "[RESOLVED]"))
            return len([each for each in inbox.of(channel, scope) if (firing if state == "firing" else resolved)
                        in each.text])
        rig.eventually(lambda: all(count(channel) for channel in channels), 30)
        for channel in channels:
            self.check(count(channel) == 1, f"{channel} hears once that {scope} is {state}: {count(channel)}")

    def kill_and_arm(self, place, inbox, scope, channels):
        self.outrider(place, "kill", "--scope", scope, "--reason", "proof")
        self.expect_each_once(inbox, channels, scope, "firing")
        self.outrider(place, "arm", "--scope", scope, "--reason", "the proof goes on from here")
        self.expect_each_once(inbox, channels, scope, "resolved")

    def channels(self):
        """Every channel, through a cluster; then with one of its peers killed."""
        inbox = Inbox()
        http, smtp = HttpReceiver(inbox), SmtpReceiver(inbox)
        with rig.Rig(self.bin, rules=RULES) as place:
            cluster = Cluster(place, shipped_configuration(place, http.port, smtp.server_address[1]))
            place.write("sidecar.yml", configuration(cluster.urls(), http.port))
            place.sidecar()
            self.kill_and_arm(place, inbox, "venue=binance", (*CHANNELS, DIRECT))
            cluster.members[0].end(signal.SIGKILL)
            print("one Alertmanager is killed", flush=True)
            self.kill_and_arm(place, inbox, "venue=kraken", (*CHANNELS, DIRECT))
            direct = inbox.of("webhook", "binance")[0].headers.get("Authorization", "")
            self.check(direct == "Bearer webhook-secret", "Alertmanager's webhook carries the token of its file")
            self.check("secret" not in place.read("sidecar.log") + place.get("/metrics") + place.get("/api/v1/alerts"),
                       "no secret is in the log or on a page")

    def killed_with_a_full_queue(self):
        """Nobody listens, as many alerts fire as there is room for, SIGKILL; half of them end meanwhile."""
        inbox = Inbox()
        port = free_port()
        with rig.Rig(self.bin, configuration([f"http://127.0.0.1:{port}"], port,
                                             f"  queue_capacity: {ALERTS}\n"), RULES) as place:
            probe = place.start([os.path.join(self.bin, "alert_probe"), place.segments, str(ALERTS)], "probe.log",
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            sidecar = place.sidecar()
            for number in range(ALERTS):
                command(probe, number, 1)
            full = rig.eventually(lambda: place.metrics().get(
                f'outrider_notification_queue_length{{receiver="{DIRECT}"}}') == ALERTS)
            self.check(full, f"{ALERTS} alerts wait for a receiver that is not there")
            rig.eventually(lambda: os.path.exists(place.path("state/alerts/sent")) and
                           place.read("state/alerts/sent").count('"alertname"') == ALERTS)
            sidecar.end(signal.SIGKILL)
            for number in range(ALERTS // 2):
                command(probe, number, 0)
            http = HttpReceiver(inbox, port)
            place.sidecar()
            for state, wanted in (("firing", range(ALERTS)), ("resolved", range(ALERTS // 2))):
                rig.eventually(lambda s=state, w=wanted: told(inbox, s, w)[0] == len(w), 40)
                heard, twice = told(inbox, state, wanted)
                self.check(heard == len(wanted), f"after the restart {heard} of {len(wanted)} are told as {state}")
                self.check(twice == 0, f"and {twice} of them twice")
            self.check(told(inbox, "resolved", range(ALERTS // 2, ALERTS))[0] == 0, "what still fires is not resolved")
            managed = rig.eventually(lambda: ends_of(inbox) >= ALERTS // 2)
            self.check(managed, "Alertmanager is told of the ends too")
            http.close()

    def refused(self):
        """A receiver that refuses: what it refused is put aside until it is requeued."""
        inbox = Inbox()
        http = HttpReceiver(inbox, answers={DIRECT: (400, {})})
        with rig.Rig(self.bin, configuration([], http.port), RULES) as place:
            place.sidecar()
            self.outrider(place, "kill", "--scope", "venue=okx", "--reason", "proof")
            aside = rig.eventually(lambda: place.metrics().get("outrider_notifications_poisoned") == 1)
            self.check(aside, "what is refused with 400 is put aside")
            self.check("NOT" not in self.outrider(place, "alerts") and "requeue" in self.outrider(place, "alerts"),
                       "outrider alerts says so")
            http.answers.clear()
            said = self.outrider(place, "alerts", "requeue")
            self.check("1 to be sent again" in said, "outrider alerts requeue: " + said.strip())
            self.check(rig.eventually(lambda: inbox.of(DIRECT, "okx")), "and it arrives")
            shown = self.outrider(place, "alerts", "--severity", "emergency", "--since", "1h", "--json")
            self.check("venue=okx" in shown, "outrider alerts --json shows it")
        http.close()

    def latency(self):
        """From just before the breach is stored to the request that Alertmanager would answer."""
        inbox = Inbox()
        http = HttpReceiver(inbox)
        rounds = 20 if self.brief else (1000 if self.full else 200)
        with rig.Rig(self.bin, configuration([f"http://127.0.0.1:{http.port}"], free_port()), RULES) as place:
            probe = place.start([os.path.join(self.bin, "alert_probe"), place.segments, str(rounds)], "probe.log",
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            place.sidecar()
            rig.eventually(lambda: place.metrics().get(f'breach{{n="{rounds - 1}",producer="probe"}}') is not None)
            took = []
            for number in range(rounds):
                began = command(probe, number, 1)
                heard = rig.eventually(lambda n=number: inbox.of("api", f'"n":"{n}"'), 20, 0.001)
                took.append((heard[0].at_ns - began) / 1e6 if heard else float("inf"))
            self.check(max(took) < float("inf"), f"all of {rounds} alerts arrive")
            self.figures = {"alert_out_ms_median": round(rig.quantile(took, 0.5), 2),
                            "alert_out_ms_p99": round(rig.quantile(took, 0.99), 2),
                            "alert_out_ms_worst": round(max(took), 2), "alerts_timed": rounds, "load": rig.load()}
            print("T5-T0 in ms:", self.figures, flush=True)
        http.close()


def command(probe, number, value):
    probe.child.stdin.write(f"{number} {value}\n".encode())
    probe.child.stdin.flush()
    return int(probe.child.stdout.readline())


def told(inbox, state, numbers):
    """How many of these alerts the direct webhook was told of in that state, and how many twice."""
    counts = {str(number): 0 for number in numbers}
    for message in inbox.of(DIRECT):
        for alert in message.json["alerts"]:
            if alert["status"] == state and alert["labels"].get("n") in counts:
                counts[alert["labels"]["n"]] += 1
    return sum(1 for count in counts.values() if count), sum(1 for count in counts.values() if count > 1)


def ends_of(inbox):
    """How many alerts the mock of Alertmanager was last told to be over: what fires has an endsAt to come."""
    last = {}
    for message in inbox.of("api"):
        for alert in message.json:
            last[alert["labels"]["n"]] = datetime.datetime.fromisoformat(alert["endsAt"].rstrip("Z"))
    newest = max(last.values(), default=None)
    return sum(1 for ends in last.values() if newest - ends > datetime.timedelta(seconds=2))


def main():
    proof = Proof(rig.arguments(__doc__))
    for part in (proof.channels, proof.killed_with_a_full_queue, proof.refused, proof.latency):
        print("---- " + part.__doc__, flush=True)
        part()
    figure = (f"{len(CHANNELS)} channels once each, also with a peer down and after SIGKILL; T5-T0 "
              f"{proof.figures.get('alert_out_ms_median')} / {proof.figures.get('alert_out_ms_p99')} / "
              f"{proof.figures.get('alert_out_ms_worst')} ms (median, p99, worst)")
    if proof.problems:
        figure = "; ".join(proof.problems)
    rig.verdict("alerts out", figure, not proof.problems, **proof.figures)


if __name__ == "__main__":
    main()
