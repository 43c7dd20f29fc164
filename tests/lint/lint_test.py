#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A check that cannot fail is a defect: each one accepts a good tree and refuses each bad one."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

LINT = pathlib.Path(__file__).resolve().parents[2] / "tools/lint"
LICENCE = "// SPDX-License-Identifier: Apache-2.0\n"


def run(check, files, *options):
    """Runs a check over a tree made of `files`; returns its exit code and what it printed."""
    with tempfile.TemporaryDirectory() as top:
        for name, text in files.items():
            path = pathlib.Path(top, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        command = [sys.executable, str(LINT / check), *options, top]
        done = subprocess.run(command, capture_output=True, text=True)
        left = {name: pathlib.Path(top, name).read_text() for name in files}
        return done.returncode, done.stdout + done.stderr, left


class CheckTest(unittest.TestCase):
    def accepts(self, check, files):
        code, said, _ = run(check, files)
        self.assertEqual(code, 0, said)

    def refuses(self, check, files, because):
        code, said, _ = run(check, files)
        self.assertEqual(code, 1, said)
        self.assertIn(because, said)


class SyncTags(CheckTest):
    PAIR = """
// relaxed: only this thread writes it.
auto mine = head.load(std::memory_order_relaxed);
// sync(publish): pairs with take.
head.store(mine + 1, std::memory_order_release);
// sync(publish): pairs with put.
auto theirs = head.load(std::memory_order_acquire);
"""

    def header(self, text):
        return {"shm/include/outrider/shm/ring.hpp": text}

    def test_accepts_a_pair_with_both_ends(self):
        self.accepts("check_sync_tags.py", self.header(self.PAIR))

    def test_accepts_the_two_orders_of_one_compare_exchange(self):
        swap = """
// sync(claim): pairs with free; a failed try needs no order.
if (state.compare_exchange_strong(was, now, std::memory_order_acq_rel,
                                  std::memory_order_relaxed)) {}
"""
        self.accepts("check_sync_tags.py", self.header(swap))

    def test_accepts_one_reason_for_the_accesses_below_it(self):
        several = "// relaxed, all: numbers for people.\n" + "x = cell.load(std::memory_order_relaxed);\n" * 12
        self.accepts("check_sync_tags.py", self.header(several))
        self.refuses("check_sync_tags.py", self.header(several + "\n" * 20 + several.splitlines()[1]), "relaxed")

    def test_refuses_a_release_without_its_acquire(self):
        alone = self.PAIR[: self.PAIR.index("// sync(publish): pairs with put")]
        self.refuses("check_sync_tags.py", self.header(alone), "the other end is missing")

    def test_refuses_an_acquire_without_a_tag(self):
        self.refuses("check_sync_tags.py", self.header("x = head.load(std::memory_order_acquire);\n"),
                     "without `sync(tag)`")

    def test_refuses_relaxed_without_a_reason(self):
        self.refuses("check_sync_tags.py", self.header("x = cell.load(std::memory_order_relaxed);\n"),
                     "without `relaxed:`")

    def test_refuses_sequential_consistency(self):
        self.refuses("check_sync_tags.py", self.header("x = cell.load(std::memory_order_seq_cst);\n"),
                     "sequentially consistent")

    def test_refuses_an_order_left_out(self):
        text = "std::atomic<int>& cell = lane.cell;\ncell.store(1);\n"
        self.refuses("check_sync_tags.py", self.header(text), "without an order")

    def test_refuses_volatile(self):
        self.refuses("check_sync_tags.py", self.header("volatile int word;\n"), "volatile")

    def test_refuses_a_signal_fence_without_its_argument(self):
        self.refuses("check_sync_tags.py",
                     self.header("std::atomic_signal_fence(std::memory_order_seq_cst);\n"), "crash-order:")


class Layering(CheckTest):
    def test_accepts_includes_that_point_left(self):
        self.accepts("check_layering.py", {
            "producer/include/outrider/gate.hpp": "#include <outrider/shm/gate_word.hpp>\n",
            "sidecar/rules/alert.hpp": '#include "promql/ast.hpp"\n#include "rules/group.hpp"\n',
            "sidecar/sidecar.cpp": '#include "outputs/log.hpp"\n#include "config/config.hpp"\n',
            "shm/src/mapping.cpp": "#include <boost/interprocess/mapped_region.hpp>\n",
        })

    def test_refuses_a_stage_that_includes_one_to_its_right(self):
        self.refuses("check_layering.py", {"sidecar/drain/drain.cpp": '#include "rules/alert.hpp"\n'},
                     "drain may not include rules/alert.hpp")

    def test_refuses_a_stage_that_includes_the_glue(self):
        self.refuses("check_layering.py", {"sidecar/drain/drain.cpp": '#include "sidecar.hpp"\n'} |
                     {"sidecar/sidecar.hpp": "\n"}, "may not include sidecar.hpp")

    def test_refuses_the_producer_in_the_sidecar(self):
        for place in ("sidecar/rules/rule.cpp", "sidecar/main.cpp"):
            self.refuses("check_layering.py", {place: "#include <outrider/producer.hpp>\n"}, "may not include")

    def test_refuses_a_stage_in_the_producer(self):
        self.refuses("check_layering.py", {"producer/src/writer.cpp": '#include "drain/drain.hpp"\n'},
                     "producer may not include")

    def test_refuses_the_producer_in_shm(self):
        self.refuses("check_layering.py", {"shm/src/lane.cpp": "#include <outrider/writer.hpp>\n"},
                     "shm may not include")

    def test_refuses_boost_in_a_public_header(self):
        self.refuses("check_layering.py", {"shm/include/outrider/shm/a.hpp": "#include <boost/crc.hpp>\n"},
                     "to the trader")

    def test_refuses_a_source_that_hides_a_gap_in_its_own_header(self):
        header = {"sidecar/drain/drain.hpp": "", "shm/include/outrider/shm/ring.hpp": ""}
        wrong = '#include <vector>\n#include "drain/drain.hpp"\n'
        self.accepts("check_layering.py", header | {"sidecar/drain/drain.cpp": '#include "drain/drain.hpp"\n'})
        self.refuses("check_layering.py", header | {"sidecar/drain/drain.cpp": wrong}, "its own drain.hpp first")
        self.refuses("check_layering.py", header | {"shm/src/ring.cpp": "#include <vector>\n"}, "its own ring.hpp")

    def test_refuses_a_second_file_that_knows_interprocess(self):
        text = "#include <boost/interprocess/mapped_region.hpp>\n"
        self.refuses("check_layering.py", {"shm/src/a.cpp": text, "shm/src/b.cpp": text}, "more than one")
        self.refuses("check_layering.py", {"sidecar/drain/a.cpp": text}, "one .cpp of shm")


class Files(CheckTest):
    def test_accepts_a_licensed_file_of_one_sitting(self):
        self.accepts("check_files.py", {"shm/src/a.cpp": LICENCE, "tools/a.sh": "#!/bin/sh\n#" + LICENCE})

    def test_refuses_a_file_without_the_licence_line_first(self):
        self.refuses("check_files.py", {"shm/src/a.cpp": "int a;\n" + LICENCE}, "licence line")

    def test_refuses_what_is_too_long(self):
        for name, most in (("shm/a.hpp", 300), ("shm/a.cpp", 350), ("tests/a.cpp", 400)):
            self.accepts("check_files.py", {name: LICENCE + "\n" * (most - 1)})
            self.refuses("check_files.py", {name: LICENCE + "\n" * most}, "two files")

    def test_refuses_work_left_undone(self):
        for word in ("TO" + "DO: later", "GTEST" + "_SKIP();", "DIS" + "ABLED_Sleeps"):
            self.refuses("check_files.py", {"shm/src/a.cpp": LICENCE + f"// {word}\n"}, "finish it")


class Readme(CheckTest):
    HEADINGS = ("# a\n\n## What this is\n\n## Read in this order\n\n## What always holds\n\n"
                "## What it does not do\n\n## Decisions\n\n2026-11-21. So it was.\n")
    SOURCE = "int main() {\n  // [shown]\n  int a = 1;\n  // [/shown]\n}\n"
    BOUND = "<!-- copied: tests/a.cpp#shown -->\n```cpp\nint a = 1;\n```\n"

    def tree(self, readme, source=SOURCE, build="add_executable(a a.cpp)\n"):
        return {"README.md": readme, "tests/README.md": self.HEADINGS, "tests/a.cpp": source,
                "tests/CMakeLists.txt": build}

    def test_accepts_code_that_equals_its_source(self):
        self.accepts("check_readme.py", self.tree(self.BOUND))

    def test_refuses_code_that_was_typed(self):
        self.refuses("check_readme.py", self.tree("```cpp\nint a = 1;\n```\n"), "not copied")

    def test_refuses_code_that_differs_from_its_source(self):
        self.refuses("check_readme.py", self.tree(self.BOUND.replace("= 1", "= 2")), "differs")

    def test_refuses_a_source_or_region_that_does_not_exist(self):
        self.refuses("check_readme.py", self.tree(self.BOUND.replace("a.cpp", "b.cpp")), "does not exist")
        self.refuses("check_readme.py", self.tree(self.BOUND.replace("#shown", "#other")), "no region")

    def test_refuses_a_source_that_is_never_compiled(self):
        self.refuses("check_readme.py", self.tree(self.BOUND, build=""), "never compiled")

    def test_writes_the_source_into_the_readme(self):
        _, _, left = run("check_readme.py", self.tree(self.BOUND.replace("= 1", "= 2")), "--write")
        self.assertEqual(left["README.md"], self.BOUND)

    def test_refuses_missing_headings_and_undated_decisions(self):
        wrong = self.HEADINGS.replace("## Read in this order\n", "")
        self.refuses("check_readme.py", {"README.md": "", "shm/README.md": wrong}, "headings")
        undated = self.HEADINGS.replace("2026-11-21", "Once")
        self.refuses("check_readme.py", {"README.md": "", "shm/README.md": undated}, "no dated decision")

    def test_refuses_a_folder_without_a_readme(self):
        self.refuses("check_readme.py", {"README.md": "", "shm/a.cpp": ""}, "has no README.md")


class Mutants(CheckTest):
    PATCH = """# bug: adds wrongly
# test: sum_test Sum.IsRight
--- a/sum.cpp
+++ b/sum.cpp
@@ -1,2 +1,2 @@
 // adds
-int sum(int a, int b) { return a + b; }
+int sum(int a, int b) { return a - b; }
"""
    TREE = {
        "sum.cpp": "// adds\nint sum(int a, int b) { return a + b; }\n",
        "tests/CMakeLists.txt": "outrider_test(sum_test SOURCES sum_test.cpp)\n",
        "tests/sum_test.cpp": "TEST(Sum, IsRight) {}\n",
    }

    def tree(self, patch, **files):
        return {**self.TREE, "tests/mutants/minus.patch": patch, **files}

    def test_accepts_a_patch_that_applies_and_names_a_test(self):
        self.accepts("check_mutants.py", self.tree(self.PATCH))

    def test_refuses_a_patch_that_no_longer_applies(self):
        changed = {"sum.cpp": "// adds\nint sum(int x, int y) { return x + y; }\n"}
        self.refuses("check_mutants.py", self.tree(self.PATCH, **changed), "no longer applies")

    def test_refuses_a_test_that_is_not_there(self):
        self.refuses("check_mutants.py", self.tree(self.PATCH.replace("IsRight", "IsWrong")), "Sum.IsWrong")

    def test_refuses_a_target_that_is_not_there(self):
        self.refuses("check_mutants.py", self.tree(self.PATCH.replace("sum_test ", "add_test ")), "add_test")

    def test_refuses_a_patch_without_its_head(self):
        self.refuses("check_mutants.py", self.tree(self.PATCH.split("\n", 2)[2]), "needs the lines")


class Checklist(CheckTest):
    TREE = {
        "sum.cpp": "int sum(int a, int b) { return a + b; }\n",
        "tests/sum/CMakeLists.txt": "outrider_test(sum_test\n  SOURCES sum_test.cpp LINKS sum)\n",
    }

    def under(self, comment):
        return {**self.TREE, "tests/sum/sum_test.cpp": f"{comment}TEST_F(ChecklistR7, IsRight) {{}}\n"}

    def test_accepts_a_change_that_can_be_made_though_its_comment_has_two_lines(self):
        self.accepts("check_checklist.py", self.under("// Breaks it: sum.cpp: `return a +\n// b;` -> `return a - b;`\n"))

    def test_refuses_a_test_that_names_none(self):
        self.refuses("check_checklist.py", self.under("// Adds.\n"), "ChecklistR7.IsRight: needs a comment")

    def test_refuses_a_text_that_is_not_there_once(self):
        self.refuses("check_checklist.py", self.under("// Breaks it: sum.cpp: `int` -> `long`\n"), "`int` is 3 times")

    def test_refuses_a_file_that_is_not_there(self):
        self.refuses("check_checklist.py", self.under("// Breaks it: add.cpp: `+` -> `-`\n"), "which is not there")

    def table(self, row):
        return {**self.under("// Breaks it: sum.cpp: `+` -> `-`\n"), "tools/deploy/README.md": row + "\n"}

    def test_accepts_a_table_with_each_row(self):
        self.accepts("check_checklist.py", self.table("| 6, 7 | adds | `R7`, `ChecklistR7.IsRight` |"))

    def test_refuses_a_table_that_names_no_test(self):
        self.refuses("check_checklist.py", self.table("| 7 | adds | `R7`, `Sum.IsRight` |"), "no test Sum.IsRight")

    def test_refuses_a_table_without_a_row(self):
        self.refuses("check_checklist.py", self.table("| 6 | adds | not yet |"), "row 7 is missing")

    def test_refuses_a_test_that_nobody_builds(self):
        self.refuses("check_checklist.py", {**self.under("// Breaks it: sum.cpp: `+` -> `-`\n"),
                                            "tests/sum/CMakeLists.txt": ""}, "no outrider_test()")


if __name__ == "__main__":
    unittest.main()
