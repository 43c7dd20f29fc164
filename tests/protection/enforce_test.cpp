// SPDX-License-Identifier: Apache-2.0
// The order of writes.
#include "protection/enforce.hpp"

#include <gtest/gtest.h>

#include "protection/at.hpp"

namespace outrider::protection {
namespace {

struct WrittenDown : Ends {
  std::vector<std::string> order;
  void store_latch(const Change& change) noexcept override {
    order.push_back("latch " + std::string(action_word(change.entry.action)));
  }
  void store_gates() noexcept override { order.push_back("gates"); }
  void note(const Entry& entry) noexcept override {
    order.push_back("journal " + std::string(action_word(entry.action)));
  }
};

struct OrderOfWrites : testing::Test {
  Armed protection;
  WrittenDown ends;
};

TEST_F(OrderOfWrites, OfATripIsLatchGatesJournal) {
  const BreakerId storm = *protection.breaker({"Storm", 0, BreakerAction::halt, 10s, 0s});
  protection.pass(storm, AlertSignal::firing, 1s);

  EXPECT_TRUE(enforce(protection, ends));

  EXPECT_EQ(ends.order, (std::vector<std::string>{"latch trip", "gates", "journal trip"}));
}

TEST_F(OrderOfWrites, OfSeveralKillsStoresEveryLatchBeforeAnyGate) {
  protection.kill(0, person(), at(1s));
  protection.kill(protection.scope("venue=x"), person(), at(1s));

  enforce(protection, ends);

  EXPECT_EQ(ends.order, (std::vector<std::string>{"latch kill", "latch kill", "gates",
                                                  "journal kill", "journal kill"}));
}

TEST_F(OrderOfWrites, OfAnArmingLeavesTheJournalAloneBecauseItWasFirst) {
  protection.kill(0, person(), at(1s));
  protection.clear_changes();
  ASSERT_EQ(protection.arm(0, 1, person(), at(2s)), ArmAnswer::done);

  enforce(protection, ends);

  EXPECT_EQ(ends.order, (std::vector<std::string>{"latch arm", "gates"}));
}

TEST_F(OrderOfWrites, IsEmptyForAPassInWhichNothingChanged) {
  protection.tick(at(1s));

  EXPECT_FALSE(enforce(protection, ends));
  EXPECT_TRUE(ends.order.empty());
}

TEST_F(OrderOfWrites, HappensOnce) {
  protection.kill(0, person(), at(1s));
  enforce(protection, ends);

  EXPECT_FALSE(enforce(protection, ends));
}

}  // namespace
}  // namespace outrider::protection
