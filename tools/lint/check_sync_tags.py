#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every memory order says why.

An acquire or a release stands under a comment `sync(tag)`, and each tag has both ends somewhere; a
relaxed access stands under `relaxed:` and a reason; a signal fence under `crash-order:`. Sequential
consistency, by name or by leaving the order out, and `volatile` are refused in shm and producer: on
shared memory they hide what was meant.
"""
import collections
import re

import tree

REACH = 8  # how many lines above an access its comment may begin
BLOCK_REACH = 20  # the same for a `relaxed, all ...:` that stands over several accesses
ORDER = re.compile(r"\bmemory_order(?:_|::)(\w+)")
TAG = re.compile(r"\bsync\(([\w-]+)\)")
# A call of an atomic's member that takes an order but was given none.
UNORDERED = re.compile(r"[.>](?:load\(\s*\)|(?:store|exchange|fetch_\w+)\([^(),]*(?:\([^()]*\)[^(),]*)*\)\s*[;)])")


def code(line):
    return line.split("//")[0]


def unclear(line, near):
    """What may not be written where two processes share memory."""
    if re.search(r"\bvolatile\b", code(line)) and "asm" not in line:
        yield "volatile says nothing about order"
    if UNORDERED.search(code(line)) and "atomic" in near:
        yield "an atomic access without an order is sequentially consistent"
    if "memory_order_seq_cst" in code(line) and "signal_fence" not in line:
        yield "sequentially consistent access to shared memory"


def check(path, shown, ends):
    lines = path.read_text().splitlines()
    for index, line in enumerate(lines):
        near = "\n".join(lines[max(0, index - REACH) : index + 1])
        where = f"{shown}:{index + 1}"
        if shown.parts[0] != "sidecar":
            yield from (f"{where}: {problem}" for problem in unclear(line, near))
        for order in ORDER.findall(code(line)):
            if "atomic_signal_fence" in line:
                if "crash-order:" not in near:
                    yield f"{where}: signal fence without `crash-order:`"
            elif order == "relaxed":
                block = "\n".join(lines[max(0, index - BLOCK_REACH) : index])
                reasoned = "relaxed:" in near or "relaxed, all" in block
                if not reasoned and not compare_exchange_failure(near):
                    yield f"{where}: relaxed without `relaxed:` and a reason"
            elif order == "seq_cst":
                continue  # refused by `unclear` where it matters
            elif TAG.search(near):
                ends[TAG.findall(near)[-1]].add((order, where))
            else:
                yield f"{where}: {order} without `sync(tag)`"


def compare_exchange_failure(near):
    """The order of a failed compare-and-swap is the second one; its sync comment explains both."""
    tail = near[near.rfind("compare_exchange") :] if "compare_exchange" in near else ""
    return tail.count("memory_order") == 2 and "sync(" in near


def unpaired(ends):
    for tag, uses in sorted(ends.items()):
        orders = {order for order, _ in uses}
        if not ({"acquire", "release"} <= orders or "acq_rel" in orders):
            places = ", ".join(sorted(where for _, where in uses))
            yield f"sync({tag}): only {', '.join(sorted(orders))} at {places}; the other end is missing"


def main():
    top, ends, problems = tree.root(), collections.defaultdict(set), []
    for path in tree.files(top, ".hpp", ".cpp", ".h"):
        shown = path.relative_to(top)
        if shown.parts[0] in ("shm", "producer", "sidecar"):
            problems += check(path, shown, ends)
    problems += unpaired(ends)
    tree.finish(problems, f"sync tags: {len(ends)} pairs, each with both ends")


main()
