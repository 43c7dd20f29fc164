// SPDX-License-Identifier: Apache-2.0
// What a summary says.
#include "outputs/alerts/summary.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "alerts/sample.hpp"
#include "outputs/alerts/compose.hpp"

namespace outrider::alerts {
namespace {

const config::SummaryConfig daily{
    "daily",
    {},
    {{"PnL", "pnl", "", {}, {}},
     {"Win rate", "wins", "{{ $value | humanizePercentage }}", {}, {}},
     {"Positions", "positions", "", {}, {}}}};
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(SummaryNumber, IsWrittenAsPeopleDo) {
  EXPECT_EQ(number_text(0), "0");
  EXPECT_EQ(number_text(-0.0), "0");
  EXPECT_EQ(number_text(17), "17");
  EXPECT_EQ(number_text(-1234.5), "-1,234.50");
  EXPECT_EQ(number_text(-123), "-123");
  EXPECT_EQ(number_text(1234567), "1,234,567");
  EXPECT_EQ(number_text(999999.999), "1,000,000.00");
  EXPECT_EQ(number_text(0.0123456), "0.01235");
  EXPECT_EQ(number_text(2e15), "2e+15");
  EXPECT_EQ(number_text(std::numeric_limits<double>::infinity()), "+Inf");
}

TEST(SummaryText, HasALineForEachFieldAndNoValueIsNotZero) {
  const std::vector<FieldValue> values{{"daily", "PnL", {}, 1234.5},
                                       {"daily", "Win rate", {}, 0.625},
                                       {"weekly", "Positions", {}, 3}};
  EXPECT_EQ(summary_text(daily, values), "PnL: 1,234.50\nWin rate: 62.5%\nPositions: no value");
  const std::vector<FieldValue> of_nothing{{"daily", "Win rate", {}, nan}};
  EXPECT_EQ(summary_text(daily, of_nothing),
            "PnL: no value\nWin rate: no value\nPositions: no value");
}

TEST(SummaryText, TellsSeveralValuesApartAndNotAllOfVeryMany) {
  std::vector<FieldValue> values{{"daily", "PnL", {{"venue", "a"}}, 1},
                                 {"daily", "PnL", {{"venue", "b"}}, nan}};
  EXPECT_EQ(summary_text({"daily", {}, {daily.fields.front()}}, values),
            "PnL (venue=a): 1\nPnL (venue=b): no value");
  values.assign(20, {"daily", "PnL", {{"venue", "a"}}, 1});
  const std::string many = summary_text({"daily", {}, {daily.fields.front()}}, values);
  EXPECT_TRUE(many.ends_with("\nPnL: and 4 more")) << many;
}

TEST(SummaryAlert, IsAnInformationWithTheTimeOfTheDesk) {
  config::Config config;
  config.alerting.external_labels = {{"env", "prod"}};
  const Alert alert = Composer{config}.of_summary({daily, eight_o_clock, false}, "Asia/Tokyo", {});
  EXPECT_EQ(alert.labels, (aggregate::Labels{{"alertname", "OutriderSummary"},
                                             {"env", "prod"},
                                             {"severity", "info"},
                                             {"summary", "daily"}}));
  EXPECT_EQ(alert.annotations.front().second, "daily summary of 2026-11-21 17:00 JST");
  EXPECT_EQ(alert.starts_at, eight_o_clock);
  EXPECT_TRUE(alert.is_event);
}

}  // namespace
}  // namespace outrider::alerts
