#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: the line of stages runs one way.

shm includes nothing of ours; producer only shm; a sidecar stage only itself and the stages left of
it. Producer and sidecar never meet. Boost.Interprocess is known to one .cpp of shm, and no public
header of shm or producer brings Boost, spdlog or prometheus-cpp to the trader. A .cpp includes its
own header first, so that each header is compiled by itself once.
"""
import re

import tree

STAGES = ["segments", "drain", "aggregate", "probes", "analytics", "promql", "rules", "protection", "recovery", "history", "outputs", "flight"]
# Plain structs that any stage may read; it includes nothing of ours itself.
EVERYWHERE = "config"
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
HEAVY = ("boost/", "spdlog/", "fmt/", "prometheus/")


def home(included, includer):
    """The folder an include leads to: shm, producer, sidecar/STAGE, sidecar, tests, or nothing of ours."""
    if included.startswith("outrider/shm/"):
        return "shm"
    if included.startswith("outrider/"):
        return "producer"
    first = included.split("/")[0]
    if "/" in included and (first in STAGES or first == EVERYWHERE):
        return f"sidecar/{first}"
    if included.startswith(("sidecar.", "sidecar/")):
        return "sidecar"
    if first in ("tests", "tools", "bench"):
        return first
    return includer if "/" not in included else None  # a neighbour, or somebody else's header


def allowed(folder):
    """What files of a folder may include; None where no rule holds (the glue, tests, tools, benches)."""
    if folder == "shm":
        return {"shm"}
    if folder == "producer":
        return {"shm", "producer"}
    stage = folder.removeprefix("sidecar/")
    if folder == f"sidecar/{EVERYWHERE}":
        return {folder}
    if stage in STAGES:
        left = {f"sidecar/{name}" for name in STAGES[: STAGES.index(stage) + 1]}
        return left | {"shm", f"sidecar/{EVERYWHERE}"}
    return None


def folder_of(shown):
    parts = shown.parts
    return f"sidecar/{parts[1]}" if parts[0] == "sidecar" and len(parts) > 2 else parts[0]


def own_header(path):
    """The header a .cpp is the body of: beside it, or in the include folder of its library."""
    name = path.with_suffix(".hpp").name
    homes = [path.parent, *path.parent.parent.glob("include/outrider"), *path.parent.parent.glob("include/outrider/shm")]
    return name if path.suffix == ".cpp" and any((home / name).is_file() for home in homes) else None


def check(path, shown):
    folder = folder_of(shown)
    may = allowed(folder)
    includes = INCLUDE.findall(path.read_text())
    own = own_header(path)
    if own and (not includes or not ("/" + includes[0][1]).endswith("/" + own)):
        yield f"{shown}: does not include its own {own} first"
    for bracket, included in includes:
        to = home(included, folder) if bracket == '"' or included.startswith("outrider/") else None
        if may is not None and to is not None and to not in may:
            yield f"{shown}: {folder} may not include {included} ({to})"
        if folder == "sidecar" and to == "producer":
            yield f"{shown}: the sidecar may not include the producer's {included}"
        if folder in ("shm", "producer") and "include" in shown.parts and included.startswith(HEAVY):
            yield f"{shown}: a public header brings {included} to the trader"


def main():
    top, problems, mappers = tree.root(), [], []
    for path in tree.files(top, ".hpp", ".cpp", ".h"):
        shown = path.relative_to(top)
        problems += check(path, shown)
        if "boost/interprocess/" in path.read_text():
            mappers.append(shown)
    strangers = [m for m in mappers if m.parts[0] != "shm" or m.suffix != ".cpp"]
    problems += [f"{m}: Boost.Interprocess belongs to one .cpp of shm" for m in strangers]
    if len(mappers) - len(strangers) > 1:
        problems.append(f"Boost.Interprocess in more than one .cpp: {', '.join(map(str, mappers))}")
    tree.finish(problems, "layering: every include points left")


main()
