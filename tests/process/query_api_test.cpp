// SPDX-License-Identifier: Apache-2.0
// Grafana may ask the sidecar in place of Prometheus: a real Prometheus that scrapes it is
// asked the same, and answers the same but for the labels that a scrape adds.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <outrider/producer.hpp>

#include "process/harness.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr const char* rules = R"(groups:
  - name: orders
    interval: 1s
    rules:
      - record: venue:orders:sum
        expr: sum by (venue) (orders_total)
        labels: {team: desk}
      - alert: Orders
        expr: venue:orders:sum > 3
        for: 2m
        labels: {severity: info}
        annotations: {summary: "{{ $value }} orders at {{ $labels.venue }}"}
)";

std::string encoded(const std::string& text) {
  std::string result;
  for (const char c : text) {
    char escaped[4];
    std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned char>(c));
    result += escaped;
  }
  return result;
}

class ChecklistR100 : public ::testing::Test {
 protected:
  ChecklistR100() {
    for (int i = 1; i <= 200; ++i) latency_.record(static_cast<std::uint64_t>(i) * 10'000, ticks());
    orders_.add(20);
    open_.add(-3);
  }

  static std::string prometheus_config(const std::string& directory, int sidecar_port) {
    return "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\n"
           "rule_files: [" +
           directory +
           "/test.rules.yml]\n"
           "scrape_configs: [{job_name: outrider, static_configs: [{targets: ['127.0.0.1:" +
           std::to_string(sidecar_port) + "']}]}]\n";
  }

  static Json ask(int port, const std::string& path) {
    return Json::parse(http_get(port, "/api/v1/" + path), nullptr, false);
  }

  /// Result of a query, each with its value or values, without what a scrape adds.
  static std::map<Json, Json> results(int port, const std::string& path) {
    std::map<Json, Json> all;
    const Json answer = ask(port, path);
    if (answer.is_discarded() || answer.at("status") != "success") return all;
    for (Json each : answer.at("data").at("result")) {
      for (const char* label : {"job", "instance"}) each["metric"].erase(label);
      const bool is_range = each.contains("values");
      all[each["metric"]] = is_range ? each["values"] : each["value"];
    }
    return all;
  }

  void expect_same(const std::string& path) {
    const auto ours = results(sidecar_.port(), path);
    EXPECT_EQ(ours, results(port_, path)) << path;
    EXPECT_FALSE(ours.empty()) << path;
  }

  TempDirectory directory_;
  bool written_ = (write_file(directory_.path() + "/test.rules.yml", rules), true);
  SidecarProcess sidecar_{
      directory_.path(),
      {"--rules.file=" + directory_.path() + "/test.rules.yml", "--history.interval=1s"}};
  bool configured_ = (write_file(directory_.path() + "/prometheus.yml",
                                 prometheus_config(directory_.path(), sidecar_.port())),
                      true);
  int port_ = free_port();
  Process prometheus_{
      {"/usr/bin/prometheus", "--config.file=" + directory_.path() + "/prometheus.yml",
       "--storage.tsdb.path=" + directory_.path() + "/tsdb",
       "--web.listen-address=127.0.0.1:" + std::to_string(port_)},
      directory_.path() + "/prometheus.log"};
  Producer producer_{{.name = "gateway-1", .directory = sidecar_.segments()}};
  Writer writer_ = producer_.writer("main");
  Counter orders_ = writer_.counter("orders_total", "Orders", {{"venue", "x"}});
  UpDownCounter open_ = writer_.up_down_counter("orders_open", "Orders in the book");
  Histogram latency_ =
      writer_.histogram("order_seconds", "Order round trip", {.unit = Unit::nanoseconds()});
};

// Breaks it: sidecar/history/replay.cpp: `value = change->value;` -> `value = 0;`
TEST_F(ChecklistR100, AnswersTheSameToTheSameQueries) {
  const auto knows = [&](int port) {
    return results(port, "query?query=count_over_time(venue:orders:sum[9s])%20%3E%207").size() == 1;
  };
  ASSERT_TRUE(eventually([&] { return knows(port_) && knows(sidecar_.port()); }, 60s))
      << read_file(directory_.path() + "/prometheus.log") << sidecar_.log();
  const long now = std::time(nullptr);
  const std::string at = "&time=" + std::to_string(now);
  const std::string range =
      "&start=" + std::to_string(now - 2) + "&end=" + std::to_string(now) + "&step=1";

  for (const char* query :
       {"orders_total", "orders_open * 2 + 1", "{__name__=~\"order_seconds_(sum|count)\"}",
        "venue:orders:sum", "sum by (venue) (orders_total) > bool 3",
        "histogram_quantile(0.9, sum by (le) (order_seconds_bucket))",
        "topk(3, order_seconds_bucket)", "max_over_time(orders_open[3s])",
        "increase(orders_total[3s])", "ALERTS", "absent(nothing{a=\"b\"})",
        "label_replace(orders_total, \"to\", \"$1\", \"venue\", \"(.*)\")"}) {
    expect_same("query?query=" + encoded(query) + at);
    expect_same("query_range?query=" + encoded(query) + range);
  }
  for (const char* path : {"label/venue/values", "label/__name__/values?match[]=orders_total"})
    EXPECT_EQ(ask(sidecar_.port(), path), ask(port_, path)) << path;
}

// Breaks it: sidecar/rules_page.cpp: `json["type"] = "alerting";` -> ``
TEST_F(ChecklistR100, TellsTheRulesAsPrometheusDoes) {
  const auto rules_of = [](int port) {
    Json all = Json::array();
    const Json answer = ask(port, "rules");
    if (answer.is_discarded()) return all;
    for (const Json& group : answer.at("data").at("groups")) {
      for (Json rule : group.at("rules")) {
        for (const char* member : {"evaluationTime", "lastEvaluation", "keepFiringFor"})
          rule.erase(member);
        if (rule.contains("alerts")) {
          for (Json& alert : rule["alerts"]) alert.erase("activeAt");
        }
        if (rule["labels"].empty()) rule.erase("labels");
        all.push_back(rule);
      }
    }
    return all;
  };
  const auto is_pending = [&](int port) {
    return rules_of(port).dump().find(R"("state":"pending")") != std::string::npos;
  };
  ASSERT_TRUE(eventually([&] { return is_pending(port_) && is_pending(sidecar_.port()); }, 60s));

  EXPECT_EQ(rules_of(sidecar_.port()), rules_of(port_));
  EXPECT_EQ(ask(sidecar_.port(), "rules?type=record")["data"]["groups"][0]["rules"].size(), 1U);
}

}  // namespace
}  // namespace outrider::testing
