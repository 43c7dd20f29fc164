// SPDX-License-Identifier: Apache-2.0
// When a guardian is given up: nothing but its beats and the time of whoever looks.
#include <gtest/gtest.h>

#include "guardian.hpp"

namespace outrider {
namespace {

using namespace std::chrono_literals;

class HangWatchAt : public ::testing::Test {
 protected:
  /// Looks `times` times, 10 ms apart; how often it was given up.
  int look(int times, const std::optional<Pulse>& pulse) {
    int given_up = 0;
    for (int each = 0; each < times; ++each) {
      now_ += 10ms;
      given_up += watch_.look(pulse, now_, 500ms) ? 1 : 0;
    }
    return given_up;
  }

  HangWatch watch_;
  std::chrono::nanoseconds now_ = 100h;
};

Pulse pulse(std::uint64_t beats) {
  return {{1234, 99, 4026531836}, beats};
}

TEST_F(HangWatchAt, GivesUpAGuardianThatMakesNoPassForThePatience) {
  EXPECT_EQ(look(50, pulse(7)), 0) << "the first look only learns where it stands";
  EXPECT_EQ(look(1, pulse(7)), 1);
}

TEST_F(HangWatchAt, GivesItUpAgainAfterAnotherPatience) {
  EXPECT_EQ(look(51, pulse(7)), 1);
  EXPECT_EQ(look(49, pulse(7)), 0);
  EXPECT_EQ(look(1, pulse(7)), 1);
}

TEST_F(HangWatchAt, BeginsAnewWithEachBeat) {
  for (std::uint64_t beats = 1; beats < 20; ++beats) EXPECT_EQ(look(50, pulse(beats)), 0);
}

TEST_F(HangWatchAt, WaitsForTheFirstPassHoweverLongItTakes) {
  EXPECT_EQ(look(10'000, pulse(0)), 0);
  EXPECT_EQ(look(10'000, std::nullopt), 0);
}

TEST_F(HangWatchAt, TakesAnotherProcessForAnother) {
  EXPECT_EQ(look(40, pulse(7)), 0);
  Pulse next = pulse(7);
  next.process.start += 1;
  EXPECT_EQ(look(50, next), 0);
}

TEST_F(HangWatchAt, DoesNotCountTimeInWhichItDidNotLook) {
  EXPECT_EQ(look(30, pulse(7)), 0);
  now_ += 1h;  // the whole machine stood still
  EXPECT_EQ(look(15, pulse(7)), 0);
  EXPECT_EQ(look(10, pulse(7)), 1);
}

}  // namespace
}  // namespace outrider
