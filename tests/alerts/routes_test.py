#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The shipped Alertmanager configuration, as the Alertmanager of this machine reads it: it is valid, holds no secret,
and each alert goes where its comments say."""
import os
import re
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHIPPED = os.path.join(ROOT, "tools/deploy/alertmanager/alertmanager.yml")


def amtool(*arguments):
    done = subprocess.run(["amtool", *arguments], capture_output=True, text=True, timeout=20)
    return done.returncode, done.stdout + done.stderr


class ShippedConfiguration(unittest.TestCase):
    def goes_to(self, receiver, *labels):
        code, said = amtool("config", "routes", "test", "--config.file=" + SHIPPED, "--verify.receivers=" + receiver,
                            *labels)
        self.assertEqual(code, 0, said)

    def test_is_valid(self):
        code, said = amtool("check-config", SHIPPED)
        self.assertEqual(code, 0, said)

    def test_a_kill_goes_to_everybody_whatever_else_it_is(self):
        for more in ([], ["severity=emergency"], ["severity=warning"], ["alertname=OutriderTrip", "scope=global"]):
            self.goes_to("everybody", "action=kill", *more)

    def test_the_grave_go_to_whoever_is_on_call(self):
        for severity in ("critical", "emergency"):
            self.goes_to("on-call", "severity=" + severity)
        self.goes_to("on-call", "alertname=OutriderTrip", "action=halt", "severity=critical")

    def test_the_rest_goes_to_the_desk_and_what_only_informs_to_nobody(self):
        self.goes_to("desk", "severity=warning")
        self.goes_to("desk", "severity=sev3")
        self.goes_to("log", "severity=info")

    def test_a_summary_goes_to_a_channel_that_hears_of_no_end(self):
        self.goes_to("summaries", "alertname=OutriderSummary", "summary=daily", "severity=info")
        with open(SHIPPED) as file:
            receiver = re.search(r"- name: summaries\n((?: {4}.*\n)+)", file.read())
        self.assertIn("send_resolved: false", receiver[1])

    def test_what_hosts_obey_people_hear_of_too(self):
        self.goes_to("hosts,on-call", "outrider=obey", "severity=critical")

    def test_a_kill_does_not_wait(self):
        with open(SHIPPED) as file:
            kill = re.search(r'- matchers: \[action="kill"\]\n((?: {6}.*\n)+)', file.read())
        self.assertIn("group_wait: 0s", kill[1])

    def test_knows_of_every_channel(self):
        with open(SHIPPED) as file:
            text = file.read()
        for part in ("slack", "pagerduty", "telegram", "email", "webhook"):
            self.assertIn(part + "_configs:", text)
        self.assertIn("discord_url", text)


if __name__ == "__main__":
    unittest.main()
