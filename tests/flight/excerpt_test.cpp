// SPDX-License-Identifier: Apache-2.0
#include "flight/excerpt.hpp"

#include <gtest/gtest.h>

namespace outrider::flight {
namespace {

using namespace std::chrono_literals;
using history::Labels;
using history::Timeline;

Labels metric(const std::string& name) {
  return {{"__name__", name}};
}

void look(Timeline& timeline, nanoseconds wall,
          const std::vector<std::pair<Labels, double>>& values) {
  std::vector<std::pair<std::shared_ptr<history::Series>, double>> places;
  for (const auto& [labels, value] : values)
    places.emplace_back(timeline.find_or_add(labels), value);
  timeline.begin(wall);
  for (const auto& [place, value] : places) timeline.set(*place, value);
  timeline.end();
}

std::string text_of(const Timeline& timeline, nanoseconds window) {
  std::string text;
  write_open_metrics(excerpt_of(timeline, window), [&](std::string_view lines) { text += lines; });
  return text;
}

TEST(Excerpt, EndsAtTheNewestLookAndNotNow) {
  Timeline timeline{{.interval = 10s}};
  for (int i = 0; i <= 60; ++i)
    look(timeline, 1000s + i * 10s, {{metric("pnl"), static_cast<double>(i)}});

  const Excerpt excerpt = excerpt_of(timeline, 5min);

  EXPECT_EQ(excerpt.from(), 1300s);
  EXPECT_EQ(excerpt.to(), 1600s);
  const std::string text = text_of(timeline, 5min);
  EXPECT_TRUE(text.starts_with("pnl 30 1300.000\npnl 31 1310.000\n")) << text;
  EXPECT_TRUE(text.ends_with("pnl 60 1600.000\n# EOF\n")) << text;
}

TEST(Excerpt, HasTheLastMinutesOfATraderThatIsGone) {
  Timeline timeline{{.interval = 10s}};
  for (int i = 0; i <= 60; ++i) {
    std::vector<std::pair<Labels, double>> values{{metric("up"), static_cast<double>(i)}};
    if (i <= 10) values.emplace_back(metric("gone"), static_cast<double>(i));
    look(timeline, 1000s + i * 10s, values);
  }

  const std::string text = text_of(timeline, 1min);

  EXPECT_TRUE(text.starts_with("gone 4 1040.000\n")) << text;
  EXPECT_NE(text.find("gone 10 1100.000\nup 54 1540.000\n"), std::string::npos) << text;
}

// Set forward by three hours between two looks.
TEST(Excerpt, GoesBackBeyondTheMomentInWhichTheClockWasSet) {
  Timeline timeline{{.interval = 10s}};
  for (int i = 0; i <= 30; ++i)
    look(timeline, 1000s + i * 10s + (i > 28 ? 3h : 0h), {{metric("pnl"), static_cast<double>(i)}});

  const std::string text = text_of(timeline, 1min);

  EXPECT_EQ(text,
            "pnl 24 1240.000\npnl 25 1250.000\npnl 26 1260.000\npnl 27 1270.000\n"
            "pnl 28 1280.000\npnl 29 12090.000\npnl 30 12100.000\n# EOF\n");
}

TEST(Excerpt, WritesBothEndsOfEachRestAndOneLineAMinute) {
  Timeline timeline{{.interval = 10s}};
  for (int i = 0; i <= 20; ++i) look(timeline, i * 10s, {{metric("pnl"), i < 15 ? 1.0 : -5000.25}});

  EXPECT_EQ(text_of(timeline, 1h),
            "pnl 1 0.000\npnl 1 60.000\npnl 1 120.000\npnl 1 140.000\n"
            "pnl -5000.25 150.000\npnl -5000.25 200.000\n# EOF\n");
}

TEST(Excerpt, WritesNoLineWhereThereWasNoValue) {
  Timeline timeline{{.interval = 10s}};
  look(timeline, 1s, {{metric("a"), 1}});
  look(timeline, 2s, {});
  look(timeline, 3s, {});
  look(timeline, 4s, {{metric("a"), 1}});

  EXPECT_EQ(text_of(timeline, 1h), "a 1 1.000\na 1 4.000\n# EOF\n");
}

TEST(Excerpt, KeepsAMetricTogetherAndEscapesWhatALabelHolds) {
  Timeline timeline{{.interval = 10s}};
  look(timeline, 1s,
       {{{{"A", "x"}, {"__name__", "zz"}}, 1},
        {metric("zz"), 2},
        {{{"__name__", "aa"}, {"reason", "a \"quote\"\\\nand a line"}}, 0.5}});

  EXPECT_EQ(text_of(timeline, 1h),
            "aa{reason=\"a \\\"quote\\\"\\\\\\nand a line\"} 0.5 1.000\n"
            "zz{A=\"x\"} 1 1.000\nzz 2 1.000\n# EOF\n");
}

TEST(Excerpt, OfNothingIsAnEmptyTextThatIsWhole) {
  EXPECT_EQ(text_of(Timeline{{}}, 1h), "# EOF\n");
}

}  // namespace
}  // namespace outrider::flight
