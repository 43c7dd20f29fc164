// SPDX-License-Identifier: Apache-2.0
// Verdicts become gate words, but never over what somebody else has stored there:
// `outrider kill` writes KILLED without asking the sidecar.
#include "gate_keeper.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "producer/segment_view.hpp"

namespace {

using namespace outrider;

constexpr std::uint64_t lease = 1'000'000;
constexpr Ticks now = Ticks::from_raw(5'000'000'000);
constexpr Ticks later = Ticks::from_raw(5'000'500'000);

class GateKeeper : public testing::Test {
 protected:
  GateKeeper() {
    producer_.gate("orders");
    shm::AttachResult result{};
    std::string why;
    gate_.segment = segments::open_segment(directory_.path(), {"oms", 1}, result, why);
    EXPECT_TRUE(gate_.segment) << why;
  }

  std::atomic<std::uint64_t>& word() { return gate_.segment->control.gate(0).word; }
  Enforced enforce_at(Ticks when, GateState state, bool renew = true) {
    protection::Verdict verdict;
    verdict.state = state;
    verdict.scope = "global";
    verdict.reason = "a reason";
    return enforce(gate_, {verdict, when, lease, renew, {}});
  }
  /// As `outrider kill` does it.
  void kill_from_outside() { word() = shm::closed_word(GateState::killed); }

  test::SegmentDirectory directory_;
  Producer producer_{test::small_options(directory_.path())};
  GateRuntime gate_;
};

TEST_F(GateKeeper, GrantsALeaseFromNowOn) {
  EXPECT_EQ(enforce_at(now, GateState::trading), Enforced::changed);
  EXPECT_EQ(word(), now.raw() + lease);
}

TEST_F(GateKeeper, RenewsOnlyWhenLeasesAreDue) {
  enforce_at(now, GateState::trading);
  EXPECT_EQ(enforce_at(later, GateState::trading, false), Enforced::unchanged);
  EXPECT_EQ(word(), now.raw() + lease);
  EXPECT_EQ(enforce_at(later, GateState::trading), Enforced::unchanged);
  EXPECT_EQ(word(), later.raw() + lease);
}

TEST_F(GateKeeper, NeverRenewsOverAKillFromOutside) {
  enforce_at(now, GateState::trading);
  kill_from_outside();
  EXPECT_EQ(enforce_at(later, GateState::trading), Enforced::found_kill);
  EXPECT_EQ(word(), shm::closed_word(GateState::killed));
}

TEST_F(GateKeeper, NeverSoftensAKillFromOutsideToAHalt) {
  enforce_at(now, GateState::trading);
  kill_from_outside();
  EXPECT_EQ(enforce_at(later, GateState::halted, false), Enforced::found_kill);
  EXPECT_EQ(word(), shm::closed_word(GateState::killed));
}

TEST_F(GateKeeper, FindsTheKillThatCameBeforeItsFirstLook) {
  kill_from_outside();
  EXPECT_EQ(enforce_at(now, GateState::trading), Enforced::found_kill);
  EXPECT_EQ(word(), shm::closed_word(GateState::killed));
}

TEST_F(GateKeeper, TakesNoOtherWordThanAKillForOne) {
  const std::uint64_t far_away = now.raw() + 1'000'000 * lease;
  for (const std::uint64_t found :
       {std::uint64_t{0}, far_away, shm::closed_word(GateState::halted)}) {
    enforce_at(now, GateState::trading);
    word() = found;
    EXPECT_EQ(enforce_at(later, GateState::trading), Enforced::unchanged);
    EXPECT_EQ(word(), later.raw() + lease);
    word() = found;
    EXPECT_EQ(enforce_at(later, GateState::halted, false), Enforced::changed);
    EXPECT_EQ(word(), shm::closed_word(GateState::halted));
  }
}

TEST_F(GateKeeper, TakesAControlFileThatWasCutShortForNoKill) {
  enforce_at(now, GateState::trading);
  ASSERT_EQ(::truncate(shm::control_path(directory_.path(), "oms", 1).c_str(), 0), 0);
  EXPECT_EQ(enforce_at(later, GateState::trading), Enforced::unchanged);
  EXPECT_TRUE(gate_.segment->is_damaged());
  EXPECT_EQ(word(), 0U);  // nothing is granted into zeroes
  EXPECT_EQ(enforce_at(later, GateState::unarmed, false), Enforced::changed);
}

TEST_F(GateKeeper, ClosesWithTheVerdictsOwnWord) {
  enforce_at(now, GateState::trading);
  for (const GateState state : {GateState::halted, GateState::unarmed, GateState::killed}) {
    EXPECT_EQ(enforce_at(later, state, false), Enforced::changed);
    EXPECT_EQ(word(), shm::closed_word(state));
  }
}

TEST_F(GateKeeper, OpensAgainWhatItHasClosedItself) {
  enforce_at(now, GateState::halted);
  EXPECT_EQ(enforce_at(later, GateState::trading, false), Enforced::changed);
  EXPECT_EQ(word(), later.raw() + lease);
}

TEST(ClockOfATrader, IsRefusedWithoutAHeartbeatAndTenMillisecondsOff) {
  const shm::TickClock clock{};  // nanoseconds
  const shm::Beat own{1, 1'000'000'000, 1'000'000'000};
  const auto beat = [](std::uint64_t ns) { return shm::Beat{2, 1'000'000'000, ns}; };
  EXPECT_EQ(reject_code(clock, {}, own), shm::RejectCode::no_heartbeat);
  EXPECT_EQ(reject_code(clock, beat(1'000'000'000), own), shm::RejectCode::none);
  EXPECT_EQ(reject_code(clock, beat(1'010'000'000), own), shm::RejectCode::none);
  EXPECT_EQ(reject_code(clock, beat(1'010'000'001), own), shm::RejectCode::clock_skew);
  EXPECT_EQ(reject_code(clock, beat(989'999'999), own), shm::RejectCode::clock_skew);
}

}  // namespace
