// SPDX-License-Identifier: Apache-2.0
#include "outputs/repeat_limiter.hpp"

#include <gtest/gtest.h>

namespace outrider::outputs {
namespace {

using namespace std::chrono_literals;

TEST(RepeatLimiter, LetsAMessageOutOnceAndThenWithACount) {
  RepeatLimiter limiter{60s};

  EXPECT_EQ(limiter.admit("disk full", 1s), 0u);
  EXPECT_EQ(limiter.admit("disk full", 2s), std::nullopt);
  EXPECT_EQ(limiter.admit("disk full", 60s), std::nullopt);
  EXPECT_EQ(limiter.admit("disk full", 61s), 2u);
  EXPECT_EQ(limiter.admit("disk full", 62s), std::nullopt);
  EXPECT_EQ(limiter.admit("disk full", 200s), 1u);
}

TEST(RepeatLimiter, KeepsMessagesApart) {
  RepeatLimiter limiter{60s};

  EXPECT_EQ(limiter.admit("a", 0s), 0u);
  EXPECT_EQ(limiter.admit("b", 0s), 0u);
  EXPECT_EQ(limiter.admit("a", 1s), std::nullopt);
}

TEST(RepeatLimiter, StaysWithinItsMostAndNeverMutesANewMessage) {
  RepeatLimiter limiter{60s, 8};

  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(limiter.admit("message " + std::to_string(i), 0s), 0u);
  }
}

TEST(RepeatLimiter, ForgetsOldMessagesBeforeFreshOnes) {
  RepeatLimiter limiter{60s, 2};
  limiter.admit("old", 0s);
  limiter.admit("fresh", 59s);

  EXPECT_EQ(limiter.admit("new", 61s), 0u);

  EXPECT_EQ(limiter.admit("fresh", 62s), std::nullopt);
}

}  // namespace
}  // namespace outrider::outputs
