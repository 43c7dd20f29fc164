// SPDX-License-Identifier: Apache-2.0
// A SIGBUS that somebody sent is no fault: it goes where it went before the watch.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "segments/fault_watch.hpp"
#include "segments/mapped_file.hpp"

namespace {

using namespace outrider;
using segments::FaultWatch;
using test::MappedFile;

volatile sig_atomic_t heard = 0;

/// 0: whoever was there before hears a SIGBUS that was sent, and faults are still ours.
[[noreturn]] void hear_and_go_on() {
  signal(SIGBUS, [](int) { heard = heard + 1; });
  const MappedFile file;
  const FaultWatch watch{file.mapping, shm::Access::read_only};
  kill(getpid(), SIGBUS);
  raise(SIGBUS);
  file.cut(0);
  _exit(heard == 2 && file.at(0) == 0 && watch.faulted() ? 0 : 1);
}

TEST(FaultWatchDeathTest, HandsOnASignalThatWasSentAndStaysOnWatch) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(hear_and_go_on(), testing::ExitedWithCode(0), "");
}

[[noreturn]] void be_ended() {
  signal(SIGBUS, SIG_DFL);
  const MappedFile file;
  const FaultWatch watch{file.mapping, shm::Access::read_only};
  raise(SIGBUS);
  _exit(0);
}

TEST(FaultWatchDeathTest, EndsTheProcessByASignalThatWasSentWhereItAlwaysDid) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(be_ended(), testing::KilledBySignal(SIGBUS), "");
}

}  // namespace
