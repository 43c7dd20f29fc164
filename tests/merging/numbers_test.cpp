// SPDX-License-Identifier: Apache-2.0
// Gauges that are no numbers: shown as Prometheus writes them, counted, and never
// taken for health by a rule.
#include <gtest/gtest.h>

#include <limits>

#include "merging/page.hpp"
#include "process/harness.hpp"
#include "segments/rig.hpp"

namespace outrider::merging {
namespace {

using test::Sidecar;
using test::Trader;
using testing::eventually;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(NoNumber, IsShownAsPrometheusWritesItAndCounted) {
  const testing::TempDirectory directory;
  const testing::SidecarProcess sidecar{directory.path()};
  Producer producer{{.name = "oms", .directory = sidecar.segments()}};
  Writer writer = producer.writer("main");
  const auto gauge = [&](const char* symbol) {
    return writer.gauge("price_dollars", "Price.", {{"symbol", symbol}});
  };
  gauge("a").set(nan);
  gauge("b").set(infinity);
  gauge("c").set(-infinity);
  gauge("d").set(-0.25);
  gauge("e").set(std::numeric_limits<double>::denorm_min());
  const auto written = [&](const Page& page, const char* symbol) {
    return page.written(std::string{"price_dollars{producer=\"oms\",symbol=\""} + symbol + "\"}");
  };
  const std::string count = "outrider_gauges_not_finite{producer=\"oms\"}";
  ASSERT_TRUE(eventually([&] { return Page{sidecar.get("/metrics")}.value(count) == 3; }))
      << sidecar.get("/metrics");
  const Page page{sidecar.get("/metrics")};
  EXPECT_EQ(page.complaints(), "");
  EXPECT_EQ(written(page, "a"), "NaN");
  EXPECT_EQ(written(page, "b"), "+Inf");
  EXPECT_EQ(written(page, "c"), "-Inf");
  EXPECT_EQ(written(page, "d"), "-0.25");
  EXPECT_EQ(std::strtod(written(page, "e").c_str(), nullptr),
            std::numeric_limits<double>::denorm_min());
  gauge("a").set(1);
  gauge("b").set(2);
  EXPECT_TRUE(eventually([&] { return Page{sidecar.get("/metrics")}.value(count) == 1; }));
}

class RuleOfNoNumber : public ::testing::Test {
 protected:
  static config::Config breaker_on_loss() {
    config::Config config;
    config::BreakerConfig breaker;
    breaker.alert = "Loss";
    config.protection.breakers.push_back(breaker);
    return config;
  }
  bool no_data(double wanted) {
    return sidecar_.turns_until(
        [&] { return sidecar_.metric("outrider_rule_no_data{alert=\"Loss\"}") == wanted; });
  }
  bool trades() {
    return sidecar_.turns_until([&] {
      trader_.beat();
      return trader_.trades();
    });
  }

  test::SegmentDirectory directory_;
  Trader trader_{directory_.path()};
  Sidecar sidecar_{directory_.path(), R"(groups:
  - name: loss
    interval: 1ms
    rules:
      - alert: Loss
        expr: pnl_dollars < -10
)",
                   breaker_on_loss()};
};

TEST_F(RuleOfNoNumber, NeitherFiresNorIsHealth) {
  ASSERT_TRUE(trades());
  EXPECT_TRUE(no_data(0));
  for (const double value : {nan, infinity}) {
    trader_.gauge.set(value);
    EXPECT_TRUE(no_data(1)) << value;
    EXPECT_TRUE(trades());
    trader_.gauge.set(0);
    EXPECT_TRUE(no_data(0));
  }
  trader_.gauge.set(-11);
  EXPECT_TRUE(sidecar_.turns_until([&] { return trader_.gate.state() == GateState::halted; }));
}

TEST_F(RuleOfNoNumber, FiresOnAnInfiniteLossAsInPrometheus) {
  ASSERT_TRUE(trades());
  trader_.gauge.set(-infinity);
  EXPECT_TRUE(sidecar_.turns_until([&] { return trader_.gate.state() == GateState::halted; }));
}

TEST_F(RuleOfNoNumber, IsNotHeldUpByAnotherProducersNumbers) {
  ASSERT_TRUE(trades());
  trader_.gauge.set(nan);
  ASSERT_TRUE(no_data(1));
  Trader other{directory_.path(), "other"};
  other.gauge.set(-11);
  EXPECT_TRUE(sidecar_.turns_until([&] {
    other.beat();
    return other.gate.state() == GateState::halted;
  }));
}

}  // namespace
}  // namespace outrider::merging
