# SPDX-License-Identifier: Apache-2.0
"""The rows of the scorecard: what is proved, and by which command in each tier."""
import typing


class Row(typing.NamedTuple):
    name: str
    title: str
    quick: list
    full: list
    limit: int = 120  # seconds that the quick tier may take before it counts as hung
    by_name: bool = False  # not among the quick ones, which take minutes together, unless it is named


def program(name, *options):
    return [f"build/release/bin/{name}", *options]


def same(*command):
    """Both tiers run all there is."""
    return list(command), list(command)


def tiers(*command):
    return [*command, "--quick"], [*command, "--full"]


ROWS = [
    Row("crash", "a crash at each instruction", program("crash_test_steps"), ["tests/crash/full.sh"]),
    Row("storm", "SIGKILLs of trader and sidecar, free running", program("kill_storm"), program("kill_storm", "--full")),
    Row("standby", "a standby takes over from a killed sidecar",
        program("takeover_proof"), program("takeover_proof", "--kills", "2000")),
    Row("hang", "a standby ends a sidecar that is stopped, and takes over",
        program("takeover_proof", "--stops", "5"), program("takeover_proof", "--stops", "1000")),
    Row("mutants", "seeded bugs that a named test notices", *same("tests/mutants/run.py"), limit=900),
    Row("sentences", "every bad input has its sentence", *same("tools/reliability/ctest_row.py", "BadInput")),
    # Quick: what .ci/run has built and run for a minute a target is looked at once more.
    Row("fuzz", "fuzzing with ASan and UBSan",
        ["tests/fuzz/run.sh", "--seconds", "5"], ["tests/fuzz/run.sh", "--seconds", "3600"], limit=900),
    Row("clocks", "clocks that jump, run wrong, go back; wall clock steps",
        *same("tools/reliability/ctest_row.py", "Clock")),
    Row("starvation", "4 hogs a core, sidecar stopped", *tiers("tests/load/starvation_proof.py"), limit=300),
    Row("false-trips", "no false trip: hogs, stops of the trader, steps of the wall clock",
        *tiers("tests/load/false_trips_proof.py")),
    Row("rest", "cost at rest and at a million samples a second", *tiers("tests/load/rest_proof.py")),
    Row("restarts", "a day of restarts in simulated time", *tiers(*program("restarts"))),
    Row("http", "1 000 slow and 200 fast connections", *tiers("tests/load/http_proof.py"), limit=300),
    Row("survival", "what is killed or halted stays closed: restarts, boot, files lost, cut, flipped, disk full",
        *same("tools/reliability/ctest_row.py", "LatchedHost|FullDisk|Of/Survival"), by_name=True),
    Row("alerts", "alerts out: every channel once, a peer down, SIGKILL with a full queue",
        *tiers("tests/alerts/delivery_proof.py"), limit=300, by_name=True),
    Row("pipeline", "breach to blocked, beside Prometheus and Alertmanager at 1 s/1 s",
        *tiers("tests/alerts/pipeline_proof.py"), by_name=True),
    Row("stack", "four services, sidecar, Prometheus at 15 s and Alertmanager as shipped: a webhook within 60 s",
        *same("env", "OUTRIDER_STACK=as-shipped", "tools/reliability/ctest_row.py", "ChecklistR103", "--verbose"),
        by_name=True),
]
