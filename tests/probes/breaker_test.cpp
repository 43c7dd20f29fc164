// SPDX-License-Identifier: Apache-2.0
#include "probes/breaker.hpp"

#include <gtest/gtest.h>

namespace outrider::probes {
namespace {

using namespace std::chrono_literals;

TEST(ProbeBreaker, OpensAtTheThirdFailureInARowAndNotBefore) {
  Breaker breaker{3, 300s};
  breaker.failed(1s);
  breaker.failed(2s);
  breaker.answered();
  breaker.failed(3s);
  breaker.failed(4s);
  EXPECT_EQ(breaker.state(), Breaker::State::closed);

  breaker.failed(5s);

  EXPECT_EQ(breaker.state(), Breaker::State::open);
  EXPECT_EQ(breaker.not_before(), 305s);
}

TEST(ProbeBreaker, IsTriedOnceWhenHalfOpenAndOpensAgain) {
  Breaker breaker{1, 10s};
  breaker.failed(0s);

  breaker.begin();
  EXPECT_EQ(breaker.state(), Breaker::State::half_open);
  breaker.failed(10s);

  EXPECT_EQ(breaker.state(), Breaker::State::open);
  EXPECT_EQ(breaker.not_before(), 20s);
}

TEST(ProbeBreaker, ClosesWithAnAnswerAndCountsAnew) {
  Breaker breaker{2, 10s};
  breaker.failed(0s);
  breaker.failed(0s);
  breaker.begin();

  breaker.answered();
  breaker.failed(1s);

  EXPECT_EQ(breaker.state(), Breaker::State::closed);
}

TEST(ProbeBreaker, NeverOpensWithoutALimit) {
  Breaker breaker{0, 10s};

  for (int i = 0; i < 1000; ++i) breaker.failed(0s);

  EXPECT_EQ(breaker.state(), Breaker::State::closed);
}

}  // namespace
}  // namespace outrider::probes
