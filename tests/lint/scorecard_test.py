#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The scorecard believes a proof only when it ends well and says so."""
import pathlib
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tools/reliability"))

import scorecard  # noqa: E402
from rows import ROWS, Row  # noqa: E402

HOLDS = 'echo "{\\"figure\\": \\"7 points\\", \\"holds\\": true}"'


class Scorecard(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        scorecard.RESULTS = pathlib.Path(directory.name)

    def result(self, script, limit=20):
        command = ["bash", "-c", script]
        return scorecard.run(Row("row", "a row", command, command, limit), "quick")

    def test_takes_the_figure_from_the_last_line(self):
        result = self.result(f"echo chatter; {HOLDS}")
        self.assertTrue(result["holds"])
        self.assertEqual(result["figure"], "7 points")

    def test_does_not_believe_a_proof_that_ends_with_an_error(self):
        self.assertFalse(self.result(f"{HOLDS}; exit 1")["holds"])

    def test_does_not_believe_a_proof_that_says_it_does_not_hold(self):
        self.assertFalse(self.result('echo "{\\"figure\\": \\"x\\", \\"holds\\": false}"')["holds"])

    def test_does_not_believe_silence_or_chatter(self):
        self.assertFalse(self.result("true")["holds"])
        self.assertFalse(self.result("echo all is well")["holds"])

    def test_does_not_believe_a_proof_that_never_ends(self):
        result = self.result(f"{HOLDS}; exec sleep 60", limit=1)
        self.assertFalse(result["holds"])
        self.assertIn("not ended", result["figure"])

    def test_does_not_believe_a_command_that_is_not_there(self):
        row = Row("row", "a row", ["build/nobody"], ["build/nobody"])
        self.assertFalse(scorecard.run(row, "quick")["holds"])

    def test_shows_in_markdown_what_does_not_hold(self):
        where = {key: "x" for key in ("date", "machine", "load", "commit", "compiler")}
        self.assertIn("| **no** |", scorecard.markdown([self.result("false")], where))

    def test_names_each_row_once(self):
        names = [row.name for row in ROWS]
        self.assertEqual(len(names), len(set(names)))


if __name__ == "__main__":
    unittest.main()
