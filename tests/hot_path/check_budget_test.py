#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The budget check can fail: too many instructions, a lock prefix, a system call, a stray call."""
import collections
import pathlib
import tempfile
import unittest

import check_budget


class Budget(unittest.TestCase):
    def problems(self, used, limit):
        limits = {("counter_inc", "empty"): limit} if limit else {}
        return list(check_budget.compare({"counter_inc": used}, limits, "empty", "g++"))

    def test_accepts_what_stays_within(self):
        self.assertEqual(self.problems(3, 3), [])

    def test_refuses_what_goes_over(self):
        self.assertIn("over its budget", self.problems(4, 3)[0])

    def test_refuses_a_budget_above_the_promise(self):
        self.assertIn("above the promised", self.problems(4, 5)[0])

    def test_refuses_a_call_without_a_line_and_a_line_without_a_call(self):
        self.assertIn("no line", self.problems(3, None)[0])
        gone = list(check_budget.compare({}, {("gate_open", "empty"): 4}, "empty", "g++"))
        self.assertIn("not measured", gone[0])


class Disassembly(unittest.TestCase):
    def problems(self, body, cold=(), before=""):
        with tempfile.TemporaryDirectory() as directory:
            out = pathlib.Path(directory)
            (out / "a.cpp").write_text(
                "#include <atomic>\n[[gnu::noinline]] void stray() { __asm__ volatile(\"nop\"); }\n"
                f"std::atomic<long> cell;\n{before}\n"
                f"extern \"C\" void hot_counter_inc() {{ {body} }}\nint main() {{ hot_counter_inc(); }}\n")
            check_budget.run("g++", "-std=c++20", "-O2", out / "a.cpp", "-o", out / "driver")
            allowed = collections.defaultdict(set, {"counter_inc": set(cold)})
            return list(check_budget.disassembly(out, allowed))

    def test_accepts_a_plain_store(self):
        self.assertEqual(self.problems("cell.store(1, std::memory_order_release);"), [])

    def test_refuses_a_lock_prefix_and_a_locked_exchange(self):
        self.assertIn("lock", self.problems("cell.fetch_add(1);")[0])
        self.assertIn("xchg", self.problems("cell.store(1);")[0])

    def test_refuses_a_fence_and_a_system_call(self):
        self.assertIn("mfence", self.problems('__asm__ volatile("mfence");')[0])
        self.assertIn("syscall", self.problems('__asm__ volatile("syscall");')[0])

    def test_refuses_an_exchange_in_the_cold_half_of_the_ring(self):
        ring = "struct RingWriter { [[gnu::noinline]] static void spill() { cell.store(1); } };"
        problems = self.problems("RingWriter::spill(); cell.store(2, std::memory_order_relaxed);",
                                 {"RingWriter::spill"}, ring)
        self.assertIn("cold half", problems[0])

    def test_refuses_a_call_that_is_not_named_as_cold(self):
        self.assertIn("leaves to stray", self.problems("stray(); cell.store(1, std::memory_order_relaxed);")[0])
        self.assertEqual(self.problems("stray(); cell.store(1, std::memory_order_relaxed);", {"stray"}), [])


if __name__ == "__main__":
    unittest.main()
