// SPDX-License-Identifier: Apache-2.0
// What is promised of the stack: everybody is scraped, alerts arrive within a minute,
// dashboards are answered within two seconds.
#include <algorithm>
#include <chrono>
#include <iostream>

#include "deploy/stack.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

using ChecklistR102 = Stack;
// Breaks it: tools/deploy/compose.yaml: `--storage.tsdb.retention.time=30d` ->
// `--storage.tsdb.retention.time=15d`
TEST_F(ChecklistR102, TheStackSeesItsTargetsAndKeepsThirtyDays) {
  EXPECT_TRUE(all_targets_are_up());
  EXPECT_NE(http_get(prometheus_port_, "/api/v1/status/flags")
                .find("\"storage.tsdb.retention.time\":\"30d\""),
            std::string::npos);
}

using ChecklistR103 = Stack;
// Breaks it: tools/deploy/prometheus.yml: `files: [targets/alertmanager.yml]` ->
// `files: [targets/services.yml]`
TEST_F(ChecklistR103, TellsTheWebhookWithinAMinuteAndAnswersDashboardsWithinTwoSeconds) {
  Writer writer = producer_->writer("main");
  Gauge pnl = writer.gauge("pnl_usd", "Profit and loss of the day");
  auto begin = Clock::now();
  pnl.set(-2000);
  ASSERT_TRUE(eventually([this] { return is_told("MaxLoss"); }))
      << sidecar_->log() << read_file(path("alertmanager.log"));
  std::cout << "a breach, by the sidecar: " << seconds_since(begin) << " s\n";

  double slowest = 0;
  for (const char* panel :
       {"sum(up)", "pnl_usd", "rate(service_requests_total[1m])",
        "histogram_quantile(0.99,sum(rate(outrider_pass_duration_seconds_bucket[1m]))by(le))",
        "outrider_gate_state", "sum(increase(outrider_samples_recorded_total[5m]))by(producer)"}) {
    begin = Clock::now();
    ASSERT_NE(query(panel).find("\"status\":\"success\""), std::string::npos) << panel;
    slowest = std::max(slowest, seconds_since(begin));
  }
  std::cout << "the slowest of six queries: " << slowest << " s\n";
  EXPECT_LT(slowest, 2.0);

  begin = Clock::now();
  servers_.erase("market-data-service");
  sidecar_.reset();
  ASSERT_TRUE(eventually([this] { return is_told("ServiceGone"); }, 60s));
  std::cout << "a service gone, by Prometheus: " << seconds_since(begin) << " s\n";
  ASSERT_TRUE(eventually([this] { return is_told("OutriderDown"); }, 60s));
  std::cout << "a sidecar gone, by Prometheus: " << seconds_since(begin) << " s\n";
  EXPECT_LT(seconds_since(begin), 60.0);
}

using ChecklistR108 = Stack;
// Breaks it: tools/deploy/prometheus.yml: `    env: production` -> `    stage: production`
TEST_F(ChecklistR108, AlertsOfSidecarAndPrometheusCarryTheEnvironment) {
  Writer writer = producer_->writer("main");
  writer.gauge("pnl_usd", "Profit and loss of the day").set(-2000);
  servers_.erase("signal-service");

  ASSERT_TRUE(eventually([this] { return is_told("MaxLoss") && is_told("ServiceGone"); }, 60s));

  for (const char* alert : {"MaxLoss", "ServiceGone"}) {
    const std::string told = read_file(path("told"));
    const std::size_t labels = told.find(std::string{"\"labels\":{\"alertname\":\""} + alert);
    ASSERT_NE(labels, std::string::npos) << told;
    EXPECT_NE(told.substr(labels, told.find('}', labels) - labels).find("\"env\":\"production\""),
              std::string::npos)
        << told;
  }
}

}  // namespace
}  // namespace outrider::testing
