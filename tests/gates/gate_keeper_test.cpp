// SPDX-License-Identifier: Apache-2.0
// Verdicts become gate words, but never over what somebody else has stored there:
// `outrider kill` writes KILLED without asking the sidecar.
#include "gate_keeper.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstddef>

#include "producer/segment_view.hpp"

namespace {

using namespace outrider;

constexpr std::uint64_t lease = 1'000'000;
constexpr Ticks now = Ticks::from_raw(5'000'000'000);
constexpr std::uint64_t long_lease = 10'000'000'000;
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
  void reduce(Ticks when) {
    protection::Verdict verdict;
    verdict.state = GateState::reduce_only;
    enforce(gate_, {verdict, when, long_lease, true, {}});
  }
  void probe(const shm::Allowance& allowance) {
    protection::Verdict verdict;
    verdict.state = GateState::probing;
    verdict.allowance = allowance;
    EXPECT_NE(enforce(gate_, {verdict, ticks(), long_lease, true, {}}), Enforced::found_kill);
    producer_.housekeep();
  }
  Gate orders() { return producer_.gate("orders"); }
  /// In the trader's own file, where it may write what it likes.
  void claim_spent(std::uint64_t word) {
    const std::string path = shm::telemetry_path(directory_.path(), "oms", 1);
    const std::uint64_t at =
        shm::TelemetryLayout{test::small_geometry()}.acks + offsetof(shm::GateAck, spent);
    const shm::Descriptor file{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
    ASSERT_EQ(::pwrite(file.get(), &word, sizeof word, static_cast<off_t>(at)),
              static_cast<ssize_t>(sizeof word));
  }
  shm::GateDetail detail() { return shm::load_detail(gate_.segment->control.gate(0)); }
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

TEST_F(GateKeeper, GivesAllThreadsOfATraderTheAllowanceOnce) {
  probe({7, 3});
  Gate first = orders();
  Gate second = first;
  EXPECT_TRUE(first.permits(OrderKind::enter));
  EXPECT_TRUE(second.permits(OrderKind::enter));
  EXPECT_TRUE(first.permits(OrderKind::enter));
  EXPECT_FALSE(second.permits(OrderKind::enter));
  EXPECT_TRUE(second.permits(OrderKind::reduce));
  EXPECT_TRUE(second.permits(OrderKind::cancel));
  EXPECT_EQ(first.state(), GateState::probing);

  probe({8, 1});
  EXPECT_TRUE(first.permits(OrderKind::enter));
  EXPECT_FALSE(first.permits(OrderKind::enter));
}

TEST_F(GateKeeper, CountsAProbeThatWasSpentOnce) {
  probe({7, 3});
  EXPECT_EQ(probes_since(gate_), 0U);
  EXPECT_TRUE(orders().permits(OrderKind::enter));
  EXPECT_TRUE(orders().permits(OrderKind::enter));
  EXPECT_EQ(probes_since(gate_), 2U);
  EXPECT_EQ(probes_since(gate_), 0U);

  probe({8, 3});
  EXPECT_EQ(probes_since(gate_), 0U);
  EXPECT_TRUE(orders().permits(OrderKind::enter));
  EXPECT_EQ(probes_since(gate_), 1U);
}

TEST_F(GateKeeper, BelievesATraderNoMoreProbesThanItWasAllowed) {
  probe({7, 3});
  claim_spent(shm::spent_word({7, 1'000'000}));
  EXPECT_EQ(probes_since(gate_), 3U);
  claim_spent(shm::spent_word({7, 1}));
  EXPECT_EQ(probes_since(gate_), 0U);
  claim_spent(shm::spent_word({7, 3}));
  EXPECT_EQ(probes_since(gate_), 0U);
}

TEST_F(GateKeeper, TakesTheProbesAwayWithAKill) {
  probe({7, 3});
  kill_from_outside();
  EXPECT_FALSE(orders().permits(OrderKind::enter));
  EXPECT_FALSE(orders().permits(OrderKind::reduce));
  EXPECT_TRUE(orders().permits(OrderKind::cancel));
}

TEST_F(GateKeeper, LetsReducingOrdersPassWhileReduceOnly) {
  reduce(ticks());
  producer_.housekeep();
  EXPECT_FALSE(orders().permits(OrderKind::enter));
  EXPECT_TRUE(orders().permits(OrderKind::reduce));
}

// Nobody watches what such a gate lets out.
TEST_F(GateKeeper, LetsNothingButCancelsPassAnymoreWhenNobodyRenewsWhatItsCodeAllows) {
  probe({7, 3});
  const Ticks long_ago = Ticks::from_raw(ticks().raw() - 2 * long_lease);
  gate_.segment->control.gate(0).guarded_until = long_ago.raw() + long_lease;
  EXPECT_EQ(orders().state(), GateState::stale);
  EXPECT_FALSE(orders().permits(OrderKind::enter));
  EXPECT_FALSE(orders().permits(OrderKind::reduce));
  EXPECT_TRUE(orders().permits(OrderKind::cancel));

  reduce(long_ago);
  EXPECT_FALSE(orders().permits(OrderKind::reduce));
  reduce(ticks());
  EXPECT_TRUE(orders().permits(OrderKind::reduce)) << "renewed";
}

TEST_F(GateKeeper, LetsReducingOrdersOutlastTheLeaseOfAClosedGateWhereThatWasChosen) {
  reduce(Ticks::from_raw(ticks().raw() - 2 * long_lease));
  producer_.housekeep();
  for (const OnStale chosen : {OnStale::reduce_only, OnStale::keep_going}) {
    gate_.segment->control.gate(0).on_stale = static_cast<std::uint64_t>(chosen);
    EXPECT_TRUE(orders().permits(OrderKind::reduce));
    EXPECT_FALSE(orders().permits(OrderKind::enter)) << "it was closed to them before";
  }
}

TEST_F(GateKeeper, TellsPeopleTheTimeToGoAndWhoElse) {
  protection::Verdict verdict;
  verdict.state = GateState::reduce_only;
  verdict.scope = "venue=x";
  verdict.rule = "Loss";
  verdict.minutes_left = 60;
  enforce(gate_, {verdict, now, lease, true, {}});
  EXPECT_EQ(detail().reason, "Loss, 60 min left");

  const std::array<protection::RuleText, 1> also{"SlowVenue"};
  verdict.minutes_left = 59;
  verdict.also = also;
  verdict.also_count = 1;
  EXPECT_EQ(enforce(gate_, {verdict, now, lease, true, {}}), Enforced::unchanged);
  EXPECT_EQ(detail().reason, "Loss, 59 min left, also SlowVenue");
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
