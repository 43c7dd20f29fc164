// SPDX-License-Identifier: Apache-2.0
// The sidecar as Prometheus sees it: a real promtool reads its page, a real
// prometheus scrapes it, loads the same rule file and raises the same alert.
#include <gtest/gtest.h>

#include <outrider/producer.hpp>

#include "process/harness.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;

constexpr const char* rules = R"(groups:
  - name: orders
    interval: 100ms
    rules:
      - alert: Rejects
        expr: sum by (producer, venue) (increase(orders_rejected_total[10s])) > 3
        labels: {severity: critical}
        annotations:
          summary: "{{ $labels.venue }} refused {{ $value }} orders"
      - alert: SlowOrders
        expr: order_seconds_rolling{window="10s",quantile="0.99"} > 0.05
        for: 200ms
)";

std::string prometheus_config(const std::string& directory, int sidecar_port) {
  return "global: {scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms}\n"
         "rule_files: [" +
         directory +
         "/test.rules.yml]\n"
         "scrape_configs:\n"
         "  - job_name: outrider\n"
         "    static_configs: [{targets: ['127.0.0.1:" +
         std::to_string(sidecar_port) + "']}]\n";
}

class PrometheusProcess : public ::testing::Test {
 protected:
  TempDirectory directory_;
  bool written_ = (write_file(directory_.path() + "/test.rules.yml", rules), true);
  SidecarProcess sidecar_{directory_.path(),
                          {"--rules.file=" + directory_.path() + "/test.rules.yml"}};
  Producer producer_{{.name = "gateway-1", .directory = sidecar_.segments()}};
  Writer writer_ = producer_.writer("main");
  Counter rejected_ = writer_.counter("orders_rejected_total", "Orders that the venue refused",
                                      {{"venue", "binance"}});
  UpDownCounter open_ = writer_.up_down_counter("orders_open", "Orders in the book");
  Histogram latency_ =
      writer_.histogram("order_seconds", "Order round trip", {.unit = Unit::nanoseconds()});
};

TEST_F(PrometheusProcess, FindsNothingToComplainOfInTheLivePage) {
  for (int i = 0; i < 200; ++i) latency_.record(1'000'000, ticks());
  open_.add(3);
  rejected_.inc();
  ASSERT_TRUE(eventually(
      [&] { return sidecar_.metric("order_seconds_count{producer=\"gateway-1\"}") == 200.0; }));
  write_file(directory_.path() + "/page", sidecar_.get("/metrics"));

  std::string complaints;
  EXPECT_EQ(run("promtool check metrics < " + directory_.path() + "/page", &complaints), 0)
      << complaints;
  EXPECT_EQ(complaints, "");
}

TEST_F(PrometheusProcess, RaisesTheSameAlertsFromTheSameFile) {
  const int port = free_port();
  write_file(directory_.path() + "/prometheus.yml",
             prometheus_config(directory_.path(), sidecar_.port()));
  const Process prometheus{
      {"/usr/bin/prometheus", "--config.file=" + directory_.path() + "/prometheus.yml",
       "--storage.tsdb.path=" + directory_.path() + "/tsdb",
       "--web.listen-address=127.0.0.1:" + std::to_string(port)},
      directory_.path() + "/prometheus.log"};
  rejected_.add(0);
  ASSERT_TRUE(eventually(
      [&] {
        return http_get(port, "/api/v1/query?query=orders_rejected_total").find("gateway-1") !=
               std::string::npos;
      },
      40s))
      << read_file(directory_.path() + "/prometheus.log");

  rejected_.add(20);
  for (int i = 0; i < 200; ++i) latency_.record(100'000'000, ticks());

  const auto fires_in_prometheus = [&](const std::string& alert) {
    const std::string answer = http_get(port, "/api/v1/query?query=ALERTS%7Balertname%3D%22" +
                                                  alert + "%22%2Calertstate%3D%22firing%22%7D");
    return answer.find("\"gateway-1\"") != std::string::npos;
  };
  const auto fires_in_the_sidecar = [&](const std::string& alert) {
    const std::string status = sidecar_.get("/api/v1/status");
    const std::size_t at = status.find("\"name\": \"" + alert + "\"");
    return at != std::string::npos &&
           status.substr(at, 400).find("\"firing\"") != std::string::npos;
  };
  for (const char* alert : {"Rejects", "SlowOrders"}) {
    EXPECT_TRUE(eventually([&] { return fires_in_the_sidecar(alert); }))
        << alert << sidecar_.get("/api/v1/status");
    EXPECT_TRUE(eventually([&] { return fires_in_prometheus(alert); }))
        << alert << http_get(port, "/api/v1/alerts");
  }
}

}  // namespace
}  // namespace outrider::testing
