// SPDX-License-Identifier: Apache-2.0
// What is promised of the stack: everybody is scraped, alerts arrive within a minute,
// dashboards are answered within two seconds, and what is sent on says where it is from.
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

using ChecklistR115 = Stack;
// Breaks it: tools/deploy/prometheus.yml: `/api/v1/write` -> `/api/v1/written`
TEST_F(ChecklistR115, SendsSeriesOnByRemoteWriteAndByFederation) {
  const int store_port = free_port();
  const std::string at_store = "127.0.0.1:" + std::to_string(store_port);
  // One that takes what is written to it, and asks the first for all that is outrider's.
  write_file(path("store.yml"),
             "global: {scrape_interval: 1s}\nscrape_configs:\n- job_name: federate\n"
             "  honor_labels: true\n  metrics_path: /federate\n"
             "  params: {'match[]': ['outrider_build_info']}\n"
             "  static_configs: [{targets: ['127.0.0.1:" +
                 std::to_string(prometheus_port_) + "']}]\n");
  const Process store =
      start_prometheus("store.yml", "store", store_port, {"--web.enable-remote-write-receiver"});
  write_file(path("prometheus.yml"),
             replaced(read_file(path("prometheus.yml")), {{"#remote_write:", "remote_write:"},
                                                          {"#  - url:", "  - url:"},
                                                          {"127.0.0.1:8428", at_store}}));
  prometheus_.signal(SIGHUP);

  const auto has = [&](const std::string& series) {
    return eventually(
        [&] {
          return http_get(store_port, "/api/v1/query?query=" + series).find("\"value\":") !=
                 std::string::npos;
        },
        60s);
  };
  EXPECT_TRUE(has("up{job=\"orchestrator\",env=\"production\"}")) << "by remote write";
  EXPECT_TRUE(has("outrider_build_info{job=\"outrider\"}")) << "by federation";
}

}  // namespace
}  // namespace outrider::testing
