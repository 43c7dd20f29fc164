// SPDX-License-Identifier: Apache-2.0
// The one word that an order checks: open only for a lease that still runs.
#include "outrider/shm/gate_word.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>

namespace {

using namespace outrider;
using namespace outrider::shm;

constexpr std::uint64_t lease_range = std::uint64_t{1} << lease_range_bits;

/// A tick stamp as it may well be on a machine that has been up for a week.
constexpr std::uint64_t now_raw = 1'814'400'000'000'000;
constexpr Ticks now = Ticks::from_raw(now_raw);

TEST(GateWord, IsUnarmedWhileItIsZero) {
  EXPECT_EQ(state_of_word(0, now), GateState::unarmed);
  EXPECT_FALSE(lease_runs(0, now));
}

TEST(GateWord, TradesUntilItsLeaseHasRunOut) {
  constexpr std::uint64_t lease = now_raw + 1'000;
  EXPECT_EQ(state_of_word(lease, now), GateState::trading);
  EXPECT_EQ(state_of_word(lease, Ticks::from_raw(lease)), GateState::trading);
  EXPECT_EQ(state_of_word(lease, Ticks::from_raw(lease + 1)), GateState::stale);
  EXPECT_FALSE(lease_runs(lease, Ticks::from_raw(lease + 1)));
}

TEST(GateWord, DoesNotTradeOnALeaseFromFarAhead) {
  EXPECT_TRUE(lease_runs(now_raw + lease_range - 1, now));
  EXPECT_FALSE(lease_runs(now_raw + lease_range, now));
  EXPECT_EQ(state_of_word(now_raw + lease_range, now), GateState::stale);
}

TEST(GateWord, SaysTheStateItWasClosedWith) {
  for (const GateState state : {GateState::probing, GateState::reduce_only, GateState::halted,
                                GateState::unarmed, GateState::killed}) {
    EXPECT_EQ(state_of_word(closed_word(state), now), state);
    EXPECT_FALSE(lease_runs(closed_word(state), now));
  }
}

TEST(GateWord, IsKilledByAClosedCodeThatNobodyOfUsWrites) {
  EXPECT_EQ(state_of_word(closed_word(GateState::trading), now), GateState::killed);
  EXPECT_EQ(state_of_word(closed_word(GateState::stale), now), GateState::killed);
  for (std::uint64_t code = 7; code < 256; ++code) {
    EXPECT_EQ(state_of_word(closed_bit | code, now), GateState::killed) << code;
  }
  EXPECT_EQ(state_of_word(~std::uint64_t{0}, now), GateState::killed);
}

TEST(GateWord, CarriesItsAllowanceWhileItProbes) {
  for (const Allowance allowance : {Allowance{1, 5}, Allowance{epoch_mask, most_probes}}) {
    const std::uint64_t word = probing_word(allowance);
    EXPECT_EQ(state_of_word(word, now), GateState::probing);
    EXPECT_FALSE(lease_runs(word, now));
    EXPECT_EQ(allowance_of_word(word), allowance);
    EXPECT_EQ(spent_of_word(spent_word(allowance)), allowance);
  }
}

TEST(GateWord, IsStaleWhenItsCodeLetsOrdersOutAndNobodyGuards) {
  for (const std::uint64_t word : {probing_word({7, 3}), closed_word(GateState::reduce_only)}) {
    EXPECT_EQ(state_of_gate(word, now_raw + 1, now), state_of_word(word, now));
    EXPECT_EQ(state_of_gate(word, now_raw - 1, now), GateState::stale);
    EXPECT_EQ(state_of_gate(word, 0, now), GateState::stale);
  }
  for (const GateState state : {GateState::halted, GateState::unarmed, GateState::killed})
    EXPECT_EQ(state_of_gate(closed_word(state), 0, now), state);
}

TEST(GateWord, HoldsNoMoreThanItHasRoomFor) {
  const std::uint64_t word = probing_word({epoch_mask + 7, most_probes + 1});
  EXPECT_EQ(state_of_word(word, now), GateState::probing);
  EXPECT_EQ(allowance_of_word(word), (Allowance{6, most_probes}));
}

TEST(GateWord, IsClosedForAStampThatIsZero) {
  EXPECT_FALSE(lease_runs(now_raw + 1'000, Ticks{}));
  EXPECT_EQ(state_of_word(now_raw + 1'000, Ticks{}), GateState::stale);
}

TEST(GateWord, IsClosedForANanosecondStampWhereTicksAreMeant) {
  constexpr Ticks nanoseconds = Ticks::from_raw(604'800'000'000'000);  // the same week
  EXPECT_FALSE(lease_runs(now_raw + 1'000, nanoseconds));
  EXPECT_FALSE(lease_runs(nanoseconds.raw() + 1'000, now));
}

TEST(GateWord, IsClosedForAnEarlyStampThatIsOlderThanAnyLease) {
  EXPECT_FALSE(lease_runs(now_raw, Ticks::from_raw(now_raw - lease_range)));
}

TEST(GateWord, IsOpenExactlyWhenItsStateIsTrading) {
  std::mt19937_64 random{20261121};
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t near = now_raw + random() % (4 * lease_range) - 2 * lease_range;
    const std::uint64_t word = i % 2 == 0 ? near : random();
    ASSERT_EQ(lease_runs(word, now), state_of_word(word, now) == GateState::trading) << word;
  }
}

}  // namespace
