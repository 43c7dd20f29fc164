// SPDX-License-Identifier: Apache-2.0
// A wall clock that can be stepped, of the programs that a test starts: libfaketime,
// which changes CLOCK_REALTIME alone.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "process/harness.hpp"

namespace outrider::testing {

/// The sidecar's wall clock; ours stays right.
class WallClock {
 public:
  explicit WallClock(const std::string& directory) : file_{directory + "/wall"} {
    step(std::chrono::seconds{0});
    // Not the commands' that this test runs, but of the programs that it starts next.
    ::setenv("LD_PRELOAD", OUTRIDER_LIBFAKETIME, 1);
    ::setenv("FAKETIME_TIMESTAMP_FILE", file_.c_str(), 1);
    ::setenv("FAKETIME_NO_CACHE", "1", 1);
    ::setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1", 1);
    ::setenv("NO_FAKE_STAT", "1", 1);
  }
  static void is_right_again() { ::unsetenv("LD_PRELOAD"); }

  /// So far from ours, from now on.
  void step(std::chrono::seconds by) const {
    write_file(file_ + ".new", (by.count() < 0 ? "" : "+") + std::to_string(by.count()));
    ASSERT_EQ(std::rename((file_ + ".new").c_str(), file_.c_str()), 0);
  }

 private:
  std::string file_;
};

}  // namespace outrider::testing
