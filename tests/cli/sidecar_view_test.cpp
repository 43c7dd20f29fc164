// SPDX-License-Identifier: Apache-2.0
#include "cli/sidecar_view.hpp"

#include <gtest/gtest.h>

namespace outrider::cli {
namespace {

constexpr const char* status = R"({
  "last_pass_age_seconds": 0.001,
  "samples": {"lost": {"bad_id": 3, "stale_file": 0}},
  "alerts": [
    {"name": "Quiet", "state": "inactive", "labels": {"alertname": "Quiet"}, "since": null},
    {"name": "Gone", "state": "no_data", "labels": {"alertname": "Gone"}, "since": null},
    {"name": "Slow", "state": "firing", "since": "2026-11-21T01:43:00.123Z",
     "labels": {"alertname": "Slow", "severity": "critical", "venue": "x"}}]})";
constexpr const char* metrics =
    "# TYPE send_seconds histogram\n"
    "send_seconds_count{producer=\"a\"} 500\n"
    "send_seconds_bucket{producer=\"a\",le=\"+Inf\"} 500\n"
    "send_seconds_rolling_count{producer=\"a\",window=\"10s\"} 120\n"
    "send_seconds_rolling{producer=\"a\",window=\"10s\",quantile=\"0.5\"} 2e-06\n"
    "send_seconds_rolling{producer=\"a\",window=\"10s\",quantile=\"0.99\"} 5e-06\n"
    "send_seconds_rolling{producer=\"a\",window=\"60s\",quantile=\"0.99\"} 9\n"
    "send_seconds_rolling_max{producer=\"a\",window=\"10s\"} 6e-06\n"
    "orders_count 7\n";

TEST(SidecarView, HasTheQuantilesOfTheShortestWindow) {
  const SidecarView view = read_pages(status, metrics);

  EXPECT_EQ(view.missing, "");
  ASSERT_EQ(view.latencies.size(), 1U);
  const Latency& latency = view.latencies[0];
  EXPECT_EQ(latency.series, "send_seconds{producer=\"a\"}");
  EXPECT_TRUE(latency.is_time);
  EXPECT_EQ(latency.p50, 2e-6);
  EXPECT_EQ(latency.p99, 5e-6);
  EXPECT_EQ(latency.maximum, 6e-6);
  EXPECT_FALSE(latency.p999) << "too few samples: the sidecar shows none";
  EXPECT_EQ(latency.count, 500);
}

TEST(SidecarView, HasTheAlertsThatAreNotInactiveFiringOnesFirst) {
  const SidecarView view = read_pages(status, metrics);

  ASSERT_EQ(view.alerts.size(), 2U);
  EXPECT_EQ(view.alerts[0].name, "Slow");
  EXPECT_EQ(view.alerts[0].severity, "critical");
  EXPECT_EQ(view.alerts[0].labels, "venue=x");
  EXPECT_EQ(view.alerts[1].state, "no_data");
  EXPECT_EQ(view.lost.at("bad_id"), 3U);
}

TEST(SidecarView, NeverShowsTheFiguresOfASidecarThatFinishesNoPass) {
  std::string old = status;
  old.replace(old.find("0.001"), 5, "1.001");
  const SidecarView view = read_pages(old, metrics);

  EXPECT_EQ(view.missing, "the sidecar answers, but finishes no pass: its figures are old");
  EXPECT_TRUE(view.latencies.empty());
  EXPECT_TRUE(view.alerts.empty());
}

TEST(SidecarView, TakesNoOtherAnswerForOne) {
  for (const char* other :
       {"", "nonsense", "[]", "{}", R"({"samples": 3})", R"({"samples": {}})"}) {
    EXPECT_NE(read_pages(other, "").missing, "") << other;
  }
  const SidecarView view = read_pages(
      R"({"last_pass_age_seconds": 0, "samples": {"lost": []}, "alerts": [1, {"labels": 2}]})",
      "}}{ 1\n");
  EXPECT_EQ(view.missing, "");
}

}  // namespace
}  // namespace outrider::cli
