// SPDX-License-Identifier: Apache-2.0
// Texts that a naive page would break on: what a trader registered is what a real
// Prometheus stores, byte for byte.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "merging/page.hpp"
#include "outrider/producer.hpp"
#include "process/harness.hpp"

namespace outrider::merging {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::eventually;
using testing::http_get;

constexpr const char* odd_value =
    "a \"quoted\" C:\\new\nline \\\" börse 取引 \xF0\x9F\x90\x8E ,{}=\t";
constexpr const char* odd_help = "First\nsecond \\n \\ \"third\" börse";

class OddTexts : public ::testing::Test {
 protected:
  OddTexts() {
    writer_.counter("orders_total", odd_help, {{"venue", odd_value}}).add(3);
    writer_.gauge("position_lots", odd_help, {{"venue", ""}}).set(-1);
    writer_
        .histogram("order_bytes", odd_help, {.unit = Unit::count(), .bounds = {10}},
                   {{"venue", odd_value}})
        .record(7);
  }

  testing::TempDirectory directory_;
  testing::SidecarProcess sidecar_{directory_.path()};
  Producer producer_{{.name = "oms", .directory = sidecar_.segments()}};
  Writer writer_ = producer_.writer("main");
};

TEST_F(OddTexts, ReachThePageEscapedAndWithoutAFault) {
  const std::string escaped =
      "a \\\"quoted\\\" C:\\\\new\\nline \\\\\\\" börse 取引 \xF0\x9F\x90\x8E ,{}=\t";
  const std::string sample = "orders_total{producer=\"oms\",venue=\"" + escaped + "\"}";
  EXPECT_TRUE(eventually([&] { return sidecar_.metric(sample) == 3; })) << sidecar_.get("/metrics");
  const Page page{sidecar_.get("/metrics")};
  EXPECT_EQ(page.complaints(), "");
  EXPECT_NE(page.text().find("# HELP orders_total First\\nsecond \\\\n \\\\ \"third\" börse\n"),
            std::string::npos);
}

TEST_F(OddTexts, AreStoredByPrometheusAsTheyWereRegistered) {
  const int port = testing::free_port();
  const std::string root = directory_.path();
  testing::write_file(root + "/prometheus.yml",
                      "global: {scrape_interval: 200ms, scrape_timeout: 200ms}\n"
                      "scrape_configs: [{job_name: outrider, static_configs: [{targets: "
                      "['127.0.0.1:" +
                          std::to_string(sidecar_.port()) + "']}]}]\n");
  const testing::Process prometheus{
      {"/usr/bin/prometheus", "--config.file=" + root + "/prometheus.yml",
       "--storage.tsdb.path=" + root + "/tsdb",
       "--web.listen-address=127.0.0.1:" + std::to_string(port)},
      root + "/prometheus.log"};
  const auto ask = [&](const std::string& what) {
    return json::parse(http_get(port, "/api/v1/" + what), nullptr, false);
  };
  // One series at a time: a long answer would come in chunks.
  const auto stored_venue = [&](const std::string& name) {
    json series;
    EXPECT_TRUE(eventually(
        [&] {
          series = ask("series?match%5B%5D=" + name);
          return series.is_object() && series["data"].size() == 1;
        },
        40s))
        << name << testing::read_file(root + "/prometheus.log");
    return series["data"][0].value("venue", "");
  };
  EXPECT_EQ(stored_venue("orders_total"), odd_value);
  EXPECT_EQ(stored_venue("order_bytes_count"), odd_value);
  EXPECT_EQ(stored_venue("position_lots"), "");  // to Prometheus a label without a value is none

  json metadata;
  ASSERT_TRUE(eventually([&] {
    metadata = ask("metadata?metric=orders_total");
    return metadata.is_object() && !metadata["data"].empty();
  }));
  EXPECT_EQ(metadata["data"]["orders_total"][0]["help"], odd_help);
}

}  // namespace
}  // namespace outrider::merging
