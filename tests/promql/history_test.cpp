// SPDX-License-Identifier: Apache-2.0
#include "promql/history.hpp"

#include <gtest/gtest.h>

using namespace std::chrono_literals;

namespace outrider::promql {
namespace {

TEST(HistoryRegistry, LeavesRoomForTheSeriesOfOthers) {
  HistoryLimits limits;
  limits.samples_per_series = 100;
  limits.bytes = 4 * 100 * sizeof(Sample);
  limits.bytes_each = limits.bytes / 2;
  HistoryRegistry registry{limits};
  registry.charge_to("producer");
  const auto fits = [&](const char* producer, const char* n) {
    const Labels labels{{"__name__", "x"}, {"n", n}, {"producer", producer}};
    return registry.find_or_create("g", labels, 1h, 1ms) != nullptr;
  };
  EXPECT_TRUE(fits("greedy", "1"));
  EXPECT_TRUE(fits("greedy", "2"));
  EXPECT_FALSE(fits("greedy", "3"));
  EXPECT_TRUE(fits("other", "1"));
  for (int i = 0; i < 20; ++i) registry.sweep();
  EXPECT_TRUE(fits("greedy", "3"));
}

TEST(History, KeepsEveryEvaluationWhileTheyFit) {
  History history{HistoryShape::of(1s, 100ms, 4096)};

  for (int i = 0; i <= 50; ++i) history.push(i * 100ms, i);

  ASSERT_EQ(history.size(), 11U);  // both ends of the window
  EXPECT_EQ(history[0].time, 4s);
  EXPECT_EQ(history[10].time, 5s);
  EXPECT_EQ(history[10].value, 50);
}

TEST(History, ToleratesEvaluationsThatComeALittleEarlyOrLate) {
  History history{HistoryShape::of(1s, 100ms, 4096)};

  for (int i = 0; i < 100; ++i) history.push(i * 100ms + (i % 2 ? 9ms : -9ms), i);

  EXPECT_GE(history.size(), 10U);
  for (std::size_t i = 1; i < history.size(); ++i) {
    EXPECT_EQ(history[i].value, history[i - 1].value + 1);
  }
}

TEST(History, ThinsALongRangeButAlwaysHoldsTheNewestValue) {
  const std::size_t most = 64;
  History history{HistoryShape::of(60s, 1ms, most)};
  ASSERT_LE(history.capacity(), most);

  for (int i = 0; i <= 200'000; ++i) history.push(i * 1ms, i);

  EXPECT_EQ(history[history.size() - 1].value, 200'000);
  EXPECT_GE(history.size(), most / 2);
  EXPECT_GE(history[0].time, 140s);
  EXPECT_LE(history[0].time, 142s);
}

TEST(History, StaysAtTheGroupsIntervalWhenEvaluatedAtEveryPass) {
  History history{HistoryShape::of(1s, 100ms, 4096)};

  for (int i = 0; i <= 50'000; ++i) history.push(i * 100us, i);

  EXPECT_LE(history.size(), history.capacity());
  EXPECT_GE(history.size(), 10U);
  EXPECT_EQ(history[history.size() - 1].value, 50'000);
}

TEST(History, IgnoresASecondPushAtOneTimeAndAnyBeforeIt) {
  History history{HistoryShape::of(1s, 100ms, 4096)};
  history.push(5s, 1);

  history.push(5s, 2);
  history.push(4s, 3);

  ASSERT_EQ(history.size(), 1U);
  EXPECT_EQ(history[0].value, 1);
}

TEST(History, ForgetsWhatIsOlderThanItsRange) {
  History history{HistoryShape::of(1s, 100ms, 4096)};
  history.push(1s, 1);
  history.push(1500ms, 2);

  history.forget_before(2s);
  EXPECT_EQ(history.size(), 2U);  // a sample as old as the range belongs to it
  history.forget_before(2001ms);
  EXPECT_EQ(history.size(), 1U);
  history.forget_before(1h);
  EXPECT_EQ(history.size(), 0U);
}

TEST(HistoryRegistry, SharesARingAmongEqualRequestsOfOneScope) {
  HistoryRegistry registry;
  const Labels labels{{"__name__", "x"}};

  const auto ring = registry.find_or_create("g", labels, 1s, 100ms);

  EXPECT_EQ(registry.find_or_create("g", labels, 1s, 100ms), ring);
  EXPECT_NE(registry.find_or_create("other", labels, 1s, 100ms), ring);
  EXPECT_NE(registry.find_or_create("g", labels, 2s, 100ms), ring);
}

TEST(HistoryRegistry, RefusesARingBeyondItsBytesAndCountsIt) {
  HistoryRegistry registry{{.samples_per_series = 4096, .bytes = 1000}};

  EXPECT_NE(registry.find_or_create("g", {{"a", "1"}}, 1s, 100ms), nullptr);
  while (registry.refused() == 0) {
    registry.find_or_create("g", {{"a", std::to_string(registry.bytes())}}, 1s, 100ms);
  }
  EXPECT_LE(registry.bytes(), 1000U);
}

TEST(HistoryRegistry, KeepsAnUnusedRingForAWhileThenGivesItUp) {
  HistoryRegistry registry;
  const Labels labels{{"__name__", "x"}};
  registry.find_or_create("g", labels, 1s, 100ms)->push(1s, 7);

  registry.sweep();
  EXPECT_EQ(registry.find_or_create("g", labels, 1s, 100ms)->size(), 1U);
  for (int i = 0; i < 100; ++i) registry.sweep();
  EXPECT_EQ(registry.bytes(), 0U);
  EXPECT_EQ(registry.find_or_create("g", labels, 1s, 100ms)->size(), 0U);
}

TEST(HistoryRegistry, KeepsARingThatAPlanUses) {
  HistoryRegistry registry;
  const auto used = registry.find_or_create("g", {{"__name__", "x"}}, 1s, 100ms);

  for (int i = 0; i < 100; ++i) registry.sweep();

  EXPECT_EQ(registry.find_or_create("g", {{"__name__", "x"}}, 1s, 100ms), used);
}

}  // namespace
}  // namespace outrider::promql
