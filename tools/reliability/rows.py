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
    Row("storm", "SIGKILLs of trader and sidecar, free running", [f"{BIN}/kill_storm"], [f"{BIN}/kill_storm", "--full"]),
    Row("mutants", "seeded bugs that a named test notices", ["tests/mutants/run.py"], ["tests/mutants/run.py"], limit=900),
    Row("sentences", "every bad input has its sentence",
        ["tools/reliability/ctest_row.py", "Inputs"], ["tools/reliability/ctest_row.py", "Inputs"]),
    # Quick: what .ci/run has built and run for a minute a target is looked at once more.
    Row("fuzz", "fuzzing with ASan and UBSan",
        ["tests/fuzz/run.sh", "--seconds", "5"], ["tests/fuzz/run.sh", "--seconds", "3600"], limit=900),
]
