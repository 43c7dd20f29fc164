// SPDX-License-Identifier: Apache-2.0
// Values that one thread collects and another reads.
#include "aggregate/outside.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

#include "aggregate/values_builder.hpp"

namespace outrider::aggregate {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<OutsideSeries> gauges(const std::string& owner, std::vector<Labels> labels,
                                      FamilyKind kind = FamilyKind::gauge) {
  std::vector<OutsideMetric> metrics;
  for (Labels& each : labels) metrics.push_back({{"load", "", kind}, std::move(each)});
  return std::make_shared<OutsideSeries>(owner, std::move(metrics));
}

TEST(OutsideSeries, HaveNoValueUntilOneIsTaken) {
  const auto series = gauges("probe a", {{}});
  double value = 0;
  EXPECT_FALSE(series->read(0, value));
  series->publish({7}, 1s);
  EXPECT_FALSE(series->read(0, value));

  series->take();

  ASSERT_TRUE(series->read(0, value));
  EXPECT_EQ(value, 7);
}

TEST(OutsideSeries, HaveNoneAfterTheirTimeAndAgainWithTheNextSet) {
  const auto series = gauges("probe a", {{}});
  series->publish({7}, 10s);
  double value = 0;

  series->expire(10s);
  series->take();
  EXPECT_TRUE(series->read(0, value));
  series->expire(10s + 1ns);
  series->take();
  EXPECT_FALSE(series->read(0, value));
  series->publish({8}, 20s);
  series->take();
  EXPECT_TRUE(series->read(0, value));
}

TEST(OutsideSeries, TellNaNFromAbsence) {
  const auto series = gauges("probe a", {{}, {{"b", "c"}}});
  series->publish({std::numeric_limits<double>::quiet_NaN(), no_value()}, 1s);
  series->take();
  double value = 0;

  EXPECT_TRUE(series->read(0, value));
  EXPECT_TRUE(std::isnan(value));
  EXPECT_FALSE(series->read(1, value));
}

TEST(OutsideSeries, AreReadWholeWhileTheyAreWritten) {
  const auto series = gauges("probe a", {{}, {{"b", "c"}}, {{"b", "d"}}});
  series->publish({0, 0, 0}, 1s);
  std::atomic<bool> is_over{false};
  std::thread collector{[&] {
    for (double i = 1; i <= 20'000; ++i) series->publish({i, i, i}, 1s);
    is_over = true;
  }};
  double last = 0;
  std::uint64_t torn = 0;
  std::uint64_t backwards = 0;

  while (!is_over || last < 20'000) {
    series->take();
    double first = 0;
    double second = 0;
    double third = 0;
    if (!series->read(0, first) || !series->read(1, second) || !series->read(2, third)) ++torn;
    if (first != second || second != third) ++torn;
    if (first < last) ++backwards;
    last = first;
  }

  collector.join();
  EXPECT_EQ(torn, 0U);
  EXPECT_EQ(backwards, 0U);
}

TEST(OutsideSeries, KeepANameToOneKindAndASampleToOneSource) {
  ValuesBuilder builder{"producer"};
  std::vector<std::string> refusals;
  builder.add_outside(gauges("probe a", {{}}), refusals);
  builder.add_outside(gauges("probe b", {{}}), refusals);
  builder.add_outside(gauges("probe c", {{{"d", "e"}}}, FamilyKind::counter), refusals);
  const auto values = builder.build();

  ASSERT_EQ(refusals.size(), 2U);
  EXPECT_TRUE(refusals[0].starts_with(
      "load: found a series of probe b that reads the same as one of probe a"))
      << refusals[0];
  EXPECT_TRUE(refusals[1].starts_with(
      "load: found probe c registering it as a counter, where probe a has it as a gauge"))
      << refusals[1];
  EXPECT_EQ(list_series(*values->schema()).size(), 3U);  // rules see all
}

TEST(OutsideSeries, MayNotBeCalledAsTheSidecarsOwn) {
  ValuesBuilder builder{"producer"};
  std::vector<std::string> refusals;
  builder.add_outside(
      std::make_shared<OutsideSeries>(
          "probe a", std::vector<OutsideMetric>{{{"outrider_gate_state", ""}, {}},
                                                {{"outrider_probe_success", ""}, {}, true}}),
      refusals);

  EXPECT_EQ(refusals.size(), 1U);
  EXPECT_EQ(list_series(*builder.build()->schema()).size(), 1U);
}

}  // namespace
}  // namespace outrider::aggregate
