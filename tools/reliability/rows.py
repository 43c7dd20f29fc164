# SPDX-License-Identifier: Apache-2.0
"""The rows of the scorecard: what is proved, and by which command in each tier."""
import typing


class Row(typing.NamedTuple):
    name: str
    title: str
    quick: list
    full: list
    limit: int = 120  # seconds that the quick tier may take before it counts as hung


BIN = "build/release/bin"
ROWS = [
    Row("sentences", "every bad input has its sentence",
        ["tools/reliability/ctest_row.py", "Inputs"], ["tools/reliability/ctest_row.py", "Inputs"]),
]
