// SPDX-License-Identifier: Apache-2.0
// How long the guard waits between two looks: as short as those who record need
// it, and no longer short when they are done.
#include "segments/rig.hpp"

namespace {

using namespace outrider;
using namespace std::chrono_literals;
using test::Sidecar;
using test::Trader;

TEST(PollPeriod, FollowsABurstAndForgetsItWhileAnotherDripsOn) {
  const test::SegmentDirectory directory;
  Trader bursting{directory.path(), "bursting"};
  Trader dripping{directory.path(), "dripping"};
  Sidecar sidecar{directory.path()};
  sidecar.turn();
  Now now = test::clocks();
  const auto pass_after = [&](nanoseconds waited) {
    now.steady += waited;
    sidecar.guard().pass(now);
    return sidecar.guard().poll_period(now.steady);
  };

  nanoseconds period{};
  for (int i = 0; i < 100; ++i) {
    bursting.record(4);
    period = pass_after(100us);
  }
  EXPECT_LT(period, 1ms);

  // At the pace that the guard asks for: what is slow to forget looks often.
  int passes = 0;
  for (const nanoseconds end = now.steady + 2s; now.steady < end; ++passes) {
    if (passes % 20 == 0) dripping.record();
    period = pass_after(period);
  }
  EXPECT_EQ(period, 10ms);
  EXPECT_LT(passes, 5'000);
}

}  // namespace
