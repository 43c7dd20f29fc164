// SPDX-License-Identifier: Apache-2.0
// The table by itself: what a reader gets whole, what it learns that it missed, and
// what anybody may write into it without harm.
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <thread>

#include "outrider/shm/directive.hpp"

namespace {

using namespace outrider;
using namespace outrider::shm;

class DirectiveWords : public testing::Test {
 protected:
  std::uint64_t issue_one(DirectiveKind kind, std::string_view parameters = {}) {
    return issue(*table_, {.kind = kind,
                           .issued_wall_ms = 5,
                           .issued = Ticks::from_raw(6),
                           .scope = "venue=binance",
                           .parameters = parameters,
                           .reason = "trader: odd fills"});
  }
  bool load(std::uint64_t epoch) {
    std::uint64_t kind = 0;
    const bool whole = load_directive(*table_, epoch, out_, kind);
    if (whole) out_.kind = directive_kind(kind).value();
    return whole;
  }

  std::unique_ptr<DirectiveTable> table_ = std::make_unique<DirectiveTable>();
  Directive out_;
};

TEST_F(DirectiveWords, ComeOutAsTheyWentIn) {
  EXPECT_EQ(last_directive(*table_), 0U);
  EXPECT_EQ(issue_one(DirectiveKind::scale_down, "factor=0.5,side=buy"), 1U);

  EXPECT_EQ(last_directive(*table_), 1U);
  ASSERT_TRUE(load(1));
  EXPECT_EQ(out_.epoch, 1U);
  EXPECT_EQ(out_.kind, DirectiveKind::scale_down);
  EXPECT_EQ(out_.issued_wall_ms, 5U);
  EXPECT_EQ(out_.issued, Ticks::from_raw(6));
  EXPECT_EQ(out_.scope(), "venue=binance");
  EXPECT_EQ(out_.reason(), "trader: odd fills");
  EXPECT_EQ(out_.number("factor"), 0.5);
  EXPECT_EQ(out_.parameter("side"), "buy");
  EXPECT_EQ(out_.number("side"), std::nullopt);
  EXPECT_EQ(out_.parameter("fact"), std::nullopt);
}

TEST_F(DirectiveWords, KeepTheLastSixteenAndNoneBefore) {
  for (int i = 0; i < 20; ++i) issue_one(DirectiveKind::reconnect);

  EXPECT_EQ(last_directive(*table_), 20U);
  EXPECT_FALSE(load(4));
  EXPECT_TRUE(load(5));
  EXPECT_TRUE(load(20));
  EXPECT_FALSE(load(21));
  EXPECT_FALSE(load(0));
}

// Killed between the slot and the word that announces it: whoever goes on takes the
// same number, and the reader is told of one directive, not two.
TEST_F(DirectiveWords, TakeTheNumberOfOneThatWasNeverAnnounced) {
  issue_one(DirectiveKind::restart);
  issue_one(DirectiveKind::close_positions);
  table_->epoch = 1;  // the second one's last store did not happen

  EXPECT_EQ(issue_one(DirectiveKind::reduce), 2U);
  ASSERT_TRUE(load(2));
  EXPECT_EQ(out_.kind, DirectiveKind::reduce);
}

TEST_F(DirectiveWords, AreNeverHalfOfOneAndHalfOfAnother) {
  constexpr std::uint64_t last = 200'000;
  std::thread writer{[&] {
    for (std::uint64_t i = 1; i <= last; ++i) {
      const std::string text = "n=" + std::to_string(i);
      issue(*table_, {.kind = DirectiveKind::reduce,
                      .issued_wall_ms = i,
                      .issued = Ticks::from_raw(i),
                      .scope = text,
                      .parameters = text,
                      .reason = text});
    }
  }};
  std::uint64_t whole = 0;
  for (std::uint64_t seen = 0; seen != last;) {
    seen = last_directive(*table_);
    // The oldest that is still there: the one most likely to be overwritten under us.
    const std::uint64_t epoch = seen < directive_room ? seen : seen - directive_room + 1;
    if (epoch == 0 || !load(epoch)) continue;
    ++whole;
    ASSERT_EQ(out_.issued_wall_ms, epoch);
    ASSERT_EQ(out_.issued, Ticks::from_raw(epoch));
    ASSERT_EQ(out_.number("n"), static_cast<double>(epoch));
    ASSERT_EQ(out_.scope(), out_.reason());
    ASSERT_EQ(out_.scope(), out_.parameters());
  }
  writer.join();
  EXPECT_GT(whole, 0U);
}

TEST_F(DirectiveWords, AreCutToTheirRoomAndNeverRunOver) {
  const std::string longer(500, 'x');
  issue(*table_, {.scope = longer, .parameters = longer, .reason = longer});

  ASSERT_TRUE(load(1));
  EXPECT_EQ(out_.scope().size(), 112U);
  EXPECT_EQ(out_.parameters().size(), 96U);
  EXPECT_EQ(out_.reason().size(), 80U);
  EXPECT_EQ(out_.parameter("x"), std::nullopt);
}

TEST(DirectiveParameters, AreKeysAndValuesOfFewCharacters) {
  for (const char* good : {"", "factor=0.5", "a=1,b_2=x:y+z-._", "a=1,a=2"})
    EXPECT_EQ(parameters_problem(good), "") << good;
  for (const char* bad :
       {"=", "a", "a=", "=1", "a=1,", ",a=1", "A=1", "a=b=c", "a=1 b=2", "2=1", "a=\n", "a=1,,b=2"})
    EXPECT_NE(parameters_problem(bad), "") << bad;
  EXPECT_NE(parameters_problem("a=" + std::string(95, '1')), "");
  EXPECT_EQ(parameters_problem("a=" + std::string(94, '1')), "");
}

TEST(DirectiveKinds, ArePrintedAndReadBack) {
  for (std::uint64_t number = 1; number <= directive_kinds; ++number) {
    const DirectiveKind kind = directive_kind(number).value();
    EXPECT_EQ(directive_kind(to_string(kind)), kind);
  }
  EXPECT_EQ(directive_kind(0U), std::nullopt);
  EXPECT_EQ(directive_kind(9U), std::nullopt);
  EXPECT_EQ(directive_kind("buy_all"), std::nullopt);
}

TEST(DirectiveAnswers, BelongToOneDirectiveAndAreWordsOfOurs) {
  const auto lane = std::make_unique<LaneHeader>();
  EXPECT_EQ(acknowledgement(*lane, 0), std::nullopt);
  acknowledge(*lane, 18, DirectiveOutcome::not_now, Ticks::from_raw(7));

  EXPECT_EQ(acknowledgement(*lane, 18), DirectiveOutcome::not_now);
  EXPECT_EQ(acknowledgement(*lane, 2), std::nullopt) << "the same slot, another directive";
  EXPECT_EQ(lane->acknowledged_ticks, 7U);
  lane->acknowledged[2] = 18 << 8 | 77;
  EXPECT_EQ(acknowledgement(*lane, 18), std::nullopt);
}

}  // namespace
