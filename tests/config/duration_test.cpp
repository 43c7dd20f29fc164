// SPDX-License-Identifier: Apache-2.0
#include "config/duration.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace outrider::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

TEST(Duration, ReadsWhatPrometheusWrites) {
  EXPECT_EQ(parse_duration("100ms"), nanoseconds{100ms});
  EXPECT_EQ(parse_duration("1s"), nanoseconds{1s});
  EXPECT_EQ(parse_duration("1m30s"), nanoseconds{90s});
  EXPECT_EQ(parse_duration("1h0m1s"), nanoseconds{3601s});
  EXPECT_EQ(parse_duration("1d"), nanoseconds{24h});
  EXPECT_EQ(parse_duration("2w"), nanoseconds{14 * 24h});
  EXPECT_EQ(parse_duration("1y"), nanoseconds{365 * 24h});
  EXPECT_EQ(parse_duration("0"), nanoseconds{0});
}

TEST(Duration, ReadsMicrosecondsAndNanosecondsToo) {
  EXPECT_EQ(parse_duration("250us"), nanoseconds{250us});
  EXPECT_EQ(parse_duration("1ms5ns"), nanoseconds{1'000'005});
}

TEST(Duration, RefusesWhatIsNone) {
  for (const char* text : {"", " ", "5", "s", "-1s", "+1s", "1.5s", "1s ", " 1s", "1x", "1S",
                           "1s1m", "1s1s", "1ms1s", "s1", "1m 30s", "00"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << '"' << text << '"';
  }
}

TEST(Duration, RefusesWhatDoesNotFit) {
  EXPECT_EQ(parse_duration("292y"), nanoseconds{292 * 365 * 24h});
  EXPECT_EQ(parse_duration("293y"), std::nullopt);
  EXPECT_EQ(parse_duration("292y52w"), std::nullopt);
  EXPECT_EQ(parse_duration("99999999999999999999s"), std::nullopt);
}

TEST(Duration, IsWrittenAsItIsRead) {
  for (const char* text : {"1ms", "1s", "1m30s", "1h", "1d12h", "250us", "1s1ns", "1y1w"}) {
    EXPECT_EQ(duration_text(*parse_duration(text)), text);
  }
  EXPECT_EQ(duration_text(nanoseconds{0}), "0s");
}

}  // namespace
}  // namespace outrider::config
