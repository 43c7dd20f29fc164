// SPDX-License-Identifier: Apache-2.0
// One series in several producers, and labels of the traders' own that are called
// like ours: on the real sidecar's page.
#include <gtest/gtest.h>

#include <memory>

#include "merging/page.hpp"
#include "outrider/producer.hpp"
#include "process/harness.hpp"

namespace outrider::merging {
namespace {

using testing::eventually;

/// A producer with one writer.
struct Trader {
  Trader(const testing::SidecarProcess& sidecar, std::string_view name)
      : producer{{.name = name, .directory = sidecar.segments()}} {}
  Producer producer;
  Writer writer = producer.writer("main");
};

class SeveralProducers : public ::testing::Test {
 protected:
  explicit SeveralProducers(std::vector<std::string> flags = {})
      : sidecar_{directory_.path(), std::move(flags)} {}

  Page page() { return Page{sidecar_.get("/metrics")}; }
  bool shows(const std::string& sample, double value) {
    return eventually([&] { return page().value(sample) == value; });
  }
  std::size_t said(const std::string& text) const {
    const std::string log = sidecar_.log();
    std::size_t count = 0;
    for (std::size_t at = 0; (at = log.find(text, at)) != std::string::npos; ++at) ++count;
    return count;
  }

  testing::TempDirectory directory_;
  testing::SidecarProcess sidecar_;
};

TEST_F(SeveralProducers, StandBesideEachOtherUnderTheirLabel) {
  Trader a{sidecar_, "a"};
  Trader b{sidecar_, "b"};
  const HistogramOptions bytes{.unit = Unit::count(), .bounds = {10}};
  for (Trader* each : {&a, &b}) {
    const std::uint64_t n = each == &a ? 3 : 4;
    each->writer.counter("orders_total", "Orders.", {{"venue", "x"}}).add(n);
    for (std::uint64_t i = 0; i < n; ++i)
      each->writer.histogram("order_bytes", "Sizes.", bytes).record(i + 9);
  }
  EXPECT_TRUE(shows("orders_total{producer=\"a\",venue=\"x\"}", 3));
  EXPECT_TRUE(shows("orders_total{producer=\"b\",venue=\"x\"}", 4));
  EXPECT_TRUE(shows("order_bytes_bucket{producer=\"a\",le=\"10\"}", 2));
  EXPECT_TRUE(shows("order_bytes_count{producer=\"b\"}", 4));
  EXPECT_EQ(page().complaints(), "");
  EXPECT_EQ(page().value("outrider_series_hidden{producer=\"b\"}"), 0);
}

TEST_F(SeveralProducers, LetTheTradersOwnLabelStepAsideAsPrometheusDoes) {
  Trader a{sidecar_, "a"};
  a.writer.counter("c_total", "C.", {{"producer", "mine"}}).add(1);
  a.writer.counter("d_total", "D.", {{"producer", "mine"}, {"exported_producer", "both"}}).add(2);
  EXPECT_TRUE(shows("c_total{exported_producer=\"mine\",producer=\"a\"}", 1));
  EXPECT_TRUE(
      shows("d_total{exported_exported_producer=\"mine\",exported_producer=\"both\","
            "producer=\"a\"}",
            2));
  EXPECT_EQ(page().complaints(), "");
}

TEST_F(SeveralProducers, ShowOneOfTwoSeriesThatReadTheSameOnceALabelHasSteppedAside) {
  Trader a{sidecar_, "a"};
  a.writer.counter("c_total", "C.", {{"producer", "mine"}}).add(1);
  a.writer.counter("c_total", "C.", {{"exported_producer", "mine"}}).add(2);
  a.writer.counter("c_total", "C.", {{"exported_producer", "other"}}).add(3);
  EXPECT_TRUE(shows("c_total{exported_producer=\"other\",producer=\"a\"}", 3));
  // The one that was registered first.
  EXPECT_EQ(page().value("c_total{exported_producer=\"mine\",producer=\"a\"}"), 1);
  EXPECT_EQ(page().count("c_total{"), 2U);
  EXPECT_EQ(page().complaints(), "");
  EXPECT_EQ(page().value("outrider_series_hidden{producer=\"a\"}"), 1);
  EXPECT_EQ(said("of producer a that reads the same as one of producer a"), 1U) << sidecar_.log();
}

class RenamedLabel : public SeveralProducers {
 protected:
  RenamedLabel() : SeveralProducers{{"--producer-label=desk"}} {}
};

TEST_F(RenamedLabel, TellsProducersApartAndLeavesTheUsualOneToTheTrader) {
  Trader a{sidecar_, "a"};
  Trader b{sidecar_, "b"};
  a.writer.counter("c_total", "C.", {{"producer", "mine"}}).add(1);
  b.writer.counter("c_total", "C.", {{"producer", "mine"}}).add(2);
  b.writer.counter("d_total", "D.", {{"desk", "fx"}, {"exported_desk", "both"}}).add(3);
  EXPECT_TRUE(shows("c_total{desk=\"a\",producer=\"mine\"}", 1));
  EXPECT_TRUE(shows("c_total{desk=\"b\",producer=\"mine\"}", 2));
  EXPECT_TRUE(shows("d_total{desk=\"b\",exported_desk=\"both\",exported_exported_desk=\"fx\"}", 3));
  EXPECT_EQ(page().complaints(), "");
}

class NoProducerLabel : public SeveralProducers {
 protected:
  NoProducerLabel() : SeveralProducers{{"--producer-label=off"}} {}
};

TEST_F(NoProducerLabel, KeepsTheFirstOfTwoSeriesThatReadTheSameAndNamesBoth) {
  Trader first{sidecar_, "zebra"};  // not the first by name
  first.writer.counter("orders_total", "Orders.", {{"venue", "x"}}).add(3);
  ASSERT_TRUE(shows("orders_total{venue=\"x\"}", 3));

  Trader second{sidecar_, "ant"};
  second.writer.counter("orders_total", "Orders.", {{"venue", "x"}}).add(40);
  second.writer.counter("orders_total", "Orders.", {{"venue", "y"}}).add(50);
  ASSERT_TRUE(shows("orders_total{venue=\"y\"}", 50));

  EXPECT_EQ(page().value("orders_total{venue=\"x\"}"), 3);
  EXPECT_EQ(page().count("orders_total{"), 2U);
  EXPECT_EQ(page().complaints(), "");
  EXPECT_EQ(page().value("outrider_series_hidden{producer=\"ant\"}"), 1);
  EXPECT_EQ(page().value("outrider_series_hidden{producer=\"zebra\"}"), 0);
  EXPECT_EQ(page().value("outrider_series_refused_total"), 1);
  EXPECT_EQ(
      said("orders_total{venue=\\\"x\\\"}: found a series of producer ant that reads the same "
           "as one of producer zebra"),
      1U)
      << sidecar_.log();
}

TEST_F(NoProducerLabel, KeepsHistogramsApartWithTheirWindows) {
  Trader first{sidecar_, "first"};
  const HistogramOptions bytes{.unit = Unit::count(), .bounds = {10}};
  first.writer.histogram("order_bytes", "Sizes.", bytes).record(7);
  ASSERT_TRUE(shows("order_bytes_sum", 7));
  Trader second{sidecar_, "second"};
  second.writer.histogram("order_bytes", "Sizes.", bytes).record(8);
  second.writer.counter("ready_total", "Ready.").inc();
  ASSERT_TRUE(shows("ready_total", 1));
  EXPECT_EQ(page().value("order_bytes_sum"), 7);
  EXPECT_EQ(page().value("order_bytes_rolling_max{window=\"10s\"}"), 7);
  EXPECT_EQ(page().complaints(), "");
  EXPECT_EQ(page().value("outrider_series_hidden{producer=\"second\"}"), 1);
}

TEST_F(NoProducerLabel, GivesTheNameToTheNextOnceTheFirstIsGone) {
  auto first = std::make_unique<Trader>(sidecar_, "first");
  first->writer.gauge("position_lots", "Position.").set(1);
  ASSERT_TRUE(shows("position_lots", 1));
  Trader second{sidecar_, "second"};
  second.writer.gauge("position_lots", "Position.").set(2);
  ASSERT_TRUE(shows("outrider_series_hidden{producer=\"second\"}", 1));
  EXPECT_EQ(page().value("position_lots"), 1);
  first.reset();
  EXPECT_TRUE(shows("position_lots", 2));
  EXPECT_EQ(page().complaints(), "");
}

}  // namespace
}  // namespace outrider::merging
