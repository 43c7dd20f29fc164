#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""READMEs: five headings in every folder's, and code that is copied from a compiled file.

A block is bound to its source by the line above it, `<!-- copied: path#region -->`, and the source
marks the region with the comment lines `[region]` and `[/region]`. Every block of C++, CMake or YAML
must be bound. `check_readme.py --write` copies the regions into the READMEs.
"""
import re
import sys
import textwrap

import tree

HEADINGS = ["What this is", "Read in this order", "What always holds", "What it does not do", "Decisions"]
FOLDERS = ["shm", "producer", "sidecar", "bench", "tests", "tools"]
BLOCK = re.compile(r"(?:<!-- copied: (?P<path>[^#\s]+)#(?P<region>[\w-]+) -->\n)?```(?P<kind>\w*)\n(?P<text>.*?)^```$",
                   re.S | re.M)
COPIED_KINDS = {"cpp", "c", "cmake", "yaml"}


def region(source, name):
    """The marked lines of a source without their common indentation; None when the mark is missing."""
    mark = r"^[ \t]*(?://|#) "
    inside = re.search(rf"{mark}\[{name}\]\n(.*?){mark}\[/{name}\]$", source, re.S | re.M)
    return textwrap.dedent(inside[1]) if inside else None


def is_built(top, path):
    """Whether a build file names the source: only what is compiled cannot go stale."""
    if path.suffix not in (".cpp", ".c", ".hpp"):
        return True
    lists = tree.files(top, "CMakeLists.txt", ".sh", ".py")
    return any(path.name in build.read_text() for build in lists if build.parent in path.parents)


def check_block(top, block):
    if block["path"] is None:
        if block["kind"] in COPIED_KINDS:
            yield f"a block of {block['kind']} that is not copied from a compiled file"
        return
    path = top / block["path"]
    if not path.is_file():
        yield f"copied from {block['path']}, which does not exist"
        return
    text = region(path.read_text(), block["region"])
    if text is None:
        yield f"{block['path']} marks no region [{block['region']}]"
    elif text != block["text"]:
        yield f"the block copied from {block['path']}#{block['region']} differs from it"
    elif not is_built(top, path):
        yield f"{block['path']} is shown but never compiled"


def check(top, path):
    text = path.read_text()
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start()) + 1
        yield from (f"{path.relative_to(top)}:{line}: {problem}" for problem in check_block(top, block))
    if path.parent != top:
        prose = BLOCK.sub("", text)
        found = re.findall(r"^## (.+)$", prose, re.M)
        if found != HEADINGS:
            yield f"{path.relative_to(top)}: headings are {found}, want {HEADINGS}"
        decisions = prose.split("## Decisions")[-1]
        if not re.search(r"\b20\d\d-\d\d-\d\d\b", decisions):
            yield f"{path.relative_to(top)}: no dated decision"


def write(top, path):
    def fresh(block):
        text = block["path"] and region((top / block["path"]).read_text(), block["region"])
        return block[0].replace(block["text"] + "```", text + "```") if text else block[0]

    path.write_text(BLOCK.sub(fresh, path.read_text()))


def main():
    writing = "--write" in sys.argv
    if writing:
        sys.argv.remove("--write")
    top, problems = tree.root(), []
    readmes = tree.files(top, "README.md")
    for path in readmes:
        if writing:
            write(top, path)
        problems += check(top, path)
    missing = [f for f in ["."] + FOLDERS if (top / f).is_dir() and top / f / "README.md" not in readmes]
    problems += [f"{folder}: has no README.md" for folder in missing]
    tree.finish(problems, f"readmes: {len(readmes)}, and their code is the compiled code")


main()
