# SPDX-License-Identifier: Apache-2.0
"""Receivers for alerts, and Alertmanagers before them: all on loopback, all ended with their owner."""
import email
import http.server
import json
import os
import socketserver
import sys
import threading
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../load"))
import rig  # noqa: E402

SHIPPED = os.path.join(rig.ROOT, "tools/deploy/alertmanager/alertmanager.yml")


def free_port():
    with socketserver.TCPServer(("127.0.0.1", 0), None) as probe:
        return probe.server_address[1]


class Message:
    """What somebody was sent: by which channel, when, and its text."""

    def __init__(self, channel, text, headers=None):
        self.channel, self.text, self.headers = channel, text, headers or {}
        self.at_ns = time.monotonic_ns()

    @property
    def json(self):
        return json.loads(self.text)


class Inbox:
    def __init__(self):
        self.lock, self.messages = threading.Lock(), []

    def add(self, message):
        with self.lock:
            self.messages.append(message)

    def of(self, channel, part=""):
        with self.lock:
            return [each for each in self.messages if each.channel == channel and part in each.text]


class HttpReceiver(http.server.ThreadingHTTPServer):
    """Takes every POST; the channel is the first part of its path. `answers` may name other answers."""
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, inbox, port=0, answers=None):
        self.inbox, self.answers = inbox, answers if answers is not None else {}
        super().__init__(("127.0.0.1", port), HttpHandler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def close(self):
        self.shutdown()
        self.server_close()


class HttpHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else an answer waits 40 ms for the client's delayed ACK

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        channel = self.path.partition("?")[0].split("/")[1]
        status, headers = self.server.answers.get(channel, (200, {}))
        self.server.inbox.add(Message(channel if status < 300 else channel + "!", body.decode(), dict(self.headers)))
        answer = {"telegram": b'{"ok":true,"result":{"message_id":1,"date":1,"chat":{"id":-1,"type":"group"}}}',
                  "pagerduty": b'{"status":"success","dedup_key":"k"}'}.get(channel, b"ok")
        self.send_response(202 if channel == "pagerduty" else status)
        self.send_header("Content-Type", "application/json" if answer != b"ok" else "text/plain")
        self.send_header("Content-Length", str(len(answer)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class SmtpReceiver(socketserver.ThreadingTCPServer):
    """As much of SMTP as Alertmanager speaks: one mail a message of the channel `email`."""
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, inbox):
        self.inbox = inbox
        super().__init__(("127.0.0.1", 0), SmtpHandler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


class SmtpHandler(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.say("220 mock ESMTP")
        while line := self.rfile.readline():
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"DATA":
                self.say("354 go on")
                lines = []
                while (line := self.rfile.readline()).rstrip(b"\r\n") != b".":
                    lines.append(line)
                mail = email.message_from_bytes(b"".join(lines))
                subject = str(email.header.make_header(email.header.decode_header(mail["Subject"])))
                self.server.inbox.add(Message("email", subject, dict(mail.items())))
                self.say("250 taken")
            elif verb == b"QUIT":
                return self.say("221 bye")
            else:
                self.say("250 mock")


def shipped_configuration(place, http_port, smtp_port):
    """The file that is shipped, with its secrets in files of `place` and its channels at the mocks."""
    base = f"http://127.0.0.1:{http_port}"
    secrets = place.path("secrets")
    os.makedirs(secrets, exist_ok=True)
    for name, text in {"slack_url": base + "/slack/T0/B0/slack-secret", "discord_url": base + "/discord/0/x/slack",
                       "pagerduty_key": "pagerduty-secret", "webhook_token": "webhook-secret"}.items():
        place.write("secrets/" + name, text)
    with open(SHIPPED) as file:
        text = file.read()
    # Seconds for a minute: still above the peer timeout of the cluster below.
    for old, new in (("group_interval: 1m", "group_interval: 4s"), ("/etc/prometheus/secrets", secrets), ("localhost:25", f"127.0.0.1:{smtp_port}"),
                     ("http://127.0.0.1:9718/alerts", base + "/webhook"),
                     ("      - routing_key_file", f"      - url: {base}/pagerduty\n        routing_key_file"),
                     ('      - bot_token: "0:replace-me"', f"      - api_url: {base}/telegram\n        bot_token: 1:t")):
        assert old in text, old
        text = text.replace(old, new)
    place.write("alertmanager.yml", text)
    return place.path("alertmanager.yml")


class Cluster:
    """Two Alertmanagers that know each other."""

    def __init__(self, place, config):
        self.web = [free_port(), free_port()]
        gossip = [free_port(), free_port()]
        self.members = []
        for own, other in ((0, 1), (1, 0)):
            os.makedirs(place.path(f"am{own}"), exist_ok=True)
            self.members.append(place.start(
                ["/usr/bin/prometheus-alertmanager", "--config.file=" + config,
                 "--storage.path=" + place.path(f"am{own}"),
                 f"--web.listen-address=127.0.0.1:{self.web[own]}",
                 f"--cluster.listen-address=127.0.0.1:{gossip[own]}",
                 f"--cluster.peer=127.0.0.1:{gossip[other]}", "--cluster.peer-timeout=1s",
                 "--cluster.gossip-interval=20ms", "--cluster.probe-interval=200ms",
                 "--cluster.probe-timeout=150ms"], f"am{own}.log"))
        for port in self.web:
            assert rig.eventually(lambda p=port: self.is_settled(p), 60), place.read("am0.log")

    @staticmethod
    def get(port, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    def is_settled(self, port):
        status = self.get(port, "/api/v2/status")
        return status and status["cluster"]["status"] == "ready" and len(status["cluster"]["peers"]) == 2

    def urls(self):
        return [f"http://127.0.0.1:{port}" for port in self.web]
