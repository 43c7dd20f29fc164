// SPDX-License-Identifier: Apache-2.0
// Too many series: refused where there is no room, said, counted on the page; the
// trader goes on, and so does everybody else.
#include <gtest/gtest.h>

#include <vector>

#include "merging/page.hpp"
#include "process/harness.hpp"
#include "segments/rig.hpp"

namespace outrider::merging {
namespace {

using test::Sidecar;
using test::Trader;
using testing::eventually;

TEST(SeriesRoom, OfASegmentIsSaidAndCountedAndTheHandlesBeyondItHarmNobody) {
  const testing::TempDirectory directory;
  const testing::SidecarProcess sidecar{directory.path()};
  ProducerOptions options{.name = "oms", .directory = sidecar.segments()};
  options.geometry.series = 40;
  Producer producer{options};
  Writer writer = producer.writer("main");
  std::vector<Counter> counters;
  std::vector<Histogram> histograms;
  for (int i = 0; i < 50; ++i) {
    counters.push_back(writer.counter("orders_total", "Orders.", {{"n", std::to_string(i)}}));
    counters.back().add(7);
    if (i % 5 != 0) continue;
    histograms.push_back(writer.histogram("order_bytes", "Sizes.",
                                          {.unit = Unit::count(), .bounds = {1}},
                                          {{"n", std::to_string(i)}}));
    for (int k = 0; k < 10'000; ++k) histograms.back().record(5);
  }
  Gauge none = writer.gauge("position_lots", "Position.");
  none.set(1);
  writer.up_down_counter("open_orders", "Open.").sub(3);
  writer.counter("not a name", "Refused for another reason.").inc();

  // 33 counters and 7 histograms came first; 17, 3, the gauge, the sum and the bad
  // name did not.
  const std::string refused = "outrider_registrations_refused_total{producer=\"oms\"}";
  ASSERT_TRUE(eventually([&] {
    return Page{sidecar.get("/metrics")}.value("orders_total{n=\"32\",producer=\"oms\"}") == 7;
  }));
  EXPECT_TRUE(eventually([&] { return Page{sidecar.get("/metrics")}.value(refused) == 23; }));
  const Page page{sidecar.get("/metrics")};
  EXPECT_EQ(page.complaints(), "");
  EXPECT_EQ(page.count("orders_total{"), 33U);
  EXPECT_EQ(page.count("order_bytes_count{"), 7U);
  EXPECT_EQ(page.value("order_bytes_count{n=\"30\",producer=\"oms\"}"), 10'000);
  EXPECT_TRUE(eventually([&] {
    return sidecar.log().find("its own library refused it") != std::string::npos;
  })) << sidecar.log();
}

TEST(SeriesRoom, OfASegmentIsCountedOverTheRestartsOfTheTrader) {
  const test::SegmentDirectory directory;
  Sidecar sidecar{directory.path()};
  const std::string refused = "outrider_registrations_refused_total{producer=\"oms\"}";
  for (const double so_far : {1, 2, 3}) {
    Trader trader{directory.path()};
    trader.writer.counter("not a name", "").inc();
    EXPECT_TRUE(sidecar.turns_until([&] { return sidecar.metric(refused) == so_far; })) << so_far;
  }
  EXPECT_TRUE(sidecar.turns_until(
      [&] { return sidecar.metric("outrider_producer_up{producer=\"oms\"}") == 0; }));
  EXPECT_EQ(sidecar.metric(refused), 3);
}

/// Of small things so many that they make a page by themselves.
shm::Geometry endless_geometry() {
  shm::Geometry geometry;
  geometry.lanes = 1;
  geometry.ring_capacity = 8;
  geometry.series = 65'535;
  geometry.cells = 4;
  geometry.gauges = 65'000;
  geometry.histograms = 64;
  geometry.gates = 2;
  geometry.string_bytes = 4 << 20;
  geometry.spill_bytes = 4 << 20;
  return geometry;
}

TEST(SeriesRoom, OfAllTakesNoMoreOfOneProducerThanItsShareAndGuardsNothingByTheRest) {
  const test::SegmentDirectory directory;
  Trader endless{directory.path(), "a-endless", endless_geometry()};
  for (int i = 0; i < 64'500; ++i) endless.writer.gauge("g", "", {{"n", std::to_string(i)}}).set(i);
  for (int i = 0; i < 60; ++i)
    endless.writer.histogram("late_bytes", "", {.unit = Unit::count(), .bounds = {1}},
                             {{"n", std::to_string(i)}});
  endless.writer.gauge("g", "", {{"n", "last"}}).set(1);
  Trader other{directory.path(), "other"};
  config::Config config;
  config::BreakerConfig breaker;
  breaker.alert = "Late";
  breaker.scope = "producer";
  config.protection.breakers.push_back(breaker);
  Sidecar sidecar{directory.path(), R"(groups:
  - name: late
    interval: 1s
    rules:
      - alert: Late
        expr: late_bytes_rolling{quantile="0.99"} > 5
)",
                  config};

  EXPECT_TRUE(sidecar.turns_until([&] {
    other.beat();
    endless.beat();
    return other.trades() && endless.gate.view().reason.find("rule Late does not see") == 0;
  })) << endless.gate.view().reason;
  EXPECT_FALSE(endless.trades());
  const Page page{sidecar.page()};
  EXPECT_EQ(page.value("g{n=\"64499\",producer=\"a-endless\"}"), 64'499);
  EXPECT_GT(page.count("late_bytes_count{"), 0U);
  EXPECT_LT(page.count("late_bytes_count{"), 60U);
  EXPECT_EQ(page.value("orders_total{producer=\"other\"}"), 0);
  EXPECT_GT(page.value("outrider_series_hidden{producer=\"a-endless\"}"), 0);
  EXPECT_EQ(page.value("outrider_series_hidden{producer=\"other\"}"), 0);
  EXPECT_EQ(sidecar.said("found more series than 65536 values of one producer"), 1U);
}

}  // namespace
}  // namespace outrider::merging
