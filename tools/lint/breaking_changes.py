# SPDX-License-Identifier: Apache-2.0
"""What each test of the checklist says would break it: shared by check_checklist.py and tests/mutants/checklist.py.

A comment right above the test has the change: "Breaks it: FILE: `text, once in it` -> `other text`".
"""
import re

TEST = re.compile(r"^((?://.*\n)*)TEST(?:_F|_P)?\((\w+),\s+(\w+)\)", re.MULTILINE)
CHANGE = re.compile(r"Breaks it: (\S+): `([^`]+)` -> `([^`]*)`")
SUITE = re.compile(r"outrider_test\((\w+)([^)]*)\)")


class Claim:
    """A test, and the change of one line that it must notice; without one, `change` is None."""

    def __init__(self, top, source, found):
        comment, suite, name = found.groups()
        self.source, self.suite, self.name, self.test = source, suite, name, f"{suite}.{name}"
        self.change = CHANGE.search(" ".join(line.lstrip("/").strip() for line in comment.splitlines()))
        self.file, self.text, self.instead = self.change.groups() if self.change else (None, None, None)
        # A source may be listed by a target of another folder.
        listed = (each for path in (top / "tests").glob("*/CMakeLists.txt") for each in SUITE.finditer(path.read_text())
                  if any((path.parent / word).resolve() == source for word in each[2].split() if word.endswith(".cpp")))
        self.rows = {int(number) for number in re.findall(r"R(\d+)", suite + name)}
        self.target = next((each[1] for each in listed), None)

    def problem(self, top):
        """Why the change cannot be made as it is told, or None."""
        if self.change is None:
            return "needs a comment right above it: \"Breaks it: FILE: `text` -> `other text`\""
        if self.target is None:
            return "no outrider_test() has its file among its sources"
        path = top / self.file
        if not path.is_file():
            return f"breaks by a change of {self.file}, which is not there"
        if (count := path.read_text().count(self.text)) != 1:
            return f"`{self.text}` is {count} times in {self.file}; needed once"
        return None


def claims(top, sources):
    """Those of all tests whose suite is the checklist's."""
    return [Claim(top, path.resolve(), found) for path in sources for found in TEST.finditer(path.read_text())
            if found[2].startswith("Checklist")]
