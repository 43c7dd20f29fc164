// SPDX-License-Identifier: Apache-2.0
// One name as two things: the first one stays, the other is named and counted, and
// nothing else of the page suffers.
#include <gtest/gtest.h>

#include "merging/page.hpp"
#include "outrider/producer.hpp"
#include "process/harness.hpp"

namespace outrider::merging {
namespace {

using testing::eventually;

class Shapes : public ::testing::Test {
 protected:
  /// Nothing of what was registered so far is on its way to the page any more.
  void settle() {
    const std::string mark = "settled_" + std::to_string(++settled_) + "_total";
    late_.counter(mark, "A mark.").inc();
    ASSERT_TRUE(eventually([&] { return page().value(mark + "{producer=\"late\"}") == 1; }))
        << sidecar_.log();
  }
  Page page() { return Page{sidecar_.get("/metrics")}; }
  /// That the page shows nothing of "late" under a name, and that this was said so.
  void expect_refused(const std::string& name, const std::string& why) {
    settle();
    EXPECT_EQ(page().complaints(), "");
    EXPECT_EQ(page().text().find(name + "{producer=\"late\""), std::string::npos);
    EXPECT_NE(sidecar_.log().find(why), std::string::npos) << sidecar_.log();
    EXPECT_EQ(page().value("outrider_series_hidden{producer=\"late\"}"), 1);
    EXPECT_EQ(page().value("outrider_series_hidden{producer=\"first\"}"), 0);
    EXPECT_EQ(page().value("outrider_series_refused_total"), 1);
  }

  testing::TempDirectory directory_;
  testing::SidecarProcess sidecar_{directory_.path()};
  Producer producer_a_{{.name = "first", .directory = sidecar_.segments()}};
  Writer first_ = producer_a_.writer("main");
  Producer producer_b_{{.name = "late", .directory = sidecar_.segments()}};
  Writer late_ = producer_b_.writer("main");
  int settled_ = 0;
};

TEST_F(Shapes, OfAnotherKindAreRefusedWithBothNamed) {
  first_.counter("orders_total", "Orders.").add(3);
  settle();
  late_.gauge("orders_total", "Orders.").set(4);
  expect_refused(
      "orders_total",
      "orders_total: found producer late registering it as a gauge, where producer first "
      "has it as a counter");
  EXPECT_EQ(page().type("orders_total"), "counter");
  EXPECT_EQ(page().value("orders_total{producer=\"first\"}"), 3);
}

TEST_F(Shapes, OfAnotherKindAreNamedForEachProducerThatHasThem) {
  first_.counter("orders_total", "Orders.").add(3);
  settle();
  late_.gauge("orders_total", "Orders.").set(4);
  settle();
  Producer third{{.name = "third", .directory = sidecar_.segments()}};
  Writer writer = third.writer("main");
  writer.gauge("orders_total", "Orders.").set(5);
  EXPECT_TRUE(
      eventually([&] { return page().value("outrider_series_hidden{producer=\"third\"}") == 1; }));
  EXPECT_EQ(page().count("orders_total{"), 1U);
  EXPECT_TRUE(eventually([&] {
    return sidecar_.log().find(
               "found producer third registering it as a gauge, where producer "
               "first has it as a counter") != std::string::npos;
  })) << sidecar_.log();
}

TEST_F(Shapes, WithOtherBoundsAreRefusedWithBothNamed) {
  first_.histogram("order_bytes", "Sizes.", {.unit = Unit::count(), .bounds = {1, 2}}).record(2);
  settle();
  late_.histogram("order_bytes", "Sizes.", {.unit = Unit::count(), .bounds = {1, 3}}).record(3);
  expect_refused("order_bytes_count",
                 "order_bytes: found producer late registering it as a histogram of counts of 1 "
                 "with bounds 1 3, where producer first has it as a histogram of counts of 1 with "
                 "bounds 1 2");
  EXPECT_EQ(page().value("order_bytes_bucket{producer=\"first\",le=\"2\"}"), 1);
}

TEST_F(Shapes, OfAnotherUnitAreRefusedWithBothNamed) {
  first_.histogram("order", "Orders.", {.unit = Unit::nanoseconds(), .bounds = {1}}).record(2);
  settle();
  late_.histogram("order", "Orders.", {.unit = Unit::count(), .bounds = {1}}).record(3);
  expect_refused("order_count",
                 "order: found producer late registering it as a histogram of counts of 1 with "
                 "bounds 1, where producer first has it as a histogram of seconds with bounds 1");
}

TEST_F(Shapes, InTicksAndInNanosecondsAreBothSeconds) {
  first_.histogram("order_seconds", "Orders.", {.bounds = {1}}).record(2);
  late_.histogram("order_seconds", "Orders.", {.unit = Unit::nanoseconds(), .bounds = {1}})
      .record(3);
  settle();
  EXPECT_EQ(page().value("order_seconds_count{producer=\"first\"}"), 1);
  EXPECT_EQ(page().value("order_seconds_count{producer=\"late\"}"), 1);
  EXPECT_EQ(page().complaints(), "");
}

TEST_F(Shapes, ThatTakeTheNameOfAHistogramsSamplesAreRefused) {
  first_.histogram("order_bytes", "Sizes.", {.unit = Unit::count(), .bounds = {1}}).record(1);
  settle();
  late_.gauge("order_bytes_bucket", "Not a bucket.").set(1);
  expect_refused(
      "order_bytes_bucket",
      "order_bytes_bucket: found producer late registering it as a gauge, where producer "
      "first has order_bytes as a histogram of counts of 1");
}

TEST_F(Shapes, OfOneProducerKeepWhatItRegisteredFirst) {
  late_.gauge("orders", "Orders.", {{"venue", "b"}}).set(1);
  settle();
  late_.counter("orders", "Orders.", {{"venue", "a"}}).add(2);
  settle();
  EXPECT_EQ(page().value("orders{producer=\"late\",venue=\"b\"}"), 1);
  EXPECT_EQ(page().count("orders{"), 1U);
  EXPECT_EQ(page().complaints(), "");
  EXPECT_EQ(page().value("outrider_series_hidden{producer=\"late\"}"), 1);
  EXPECT_NE(sidecar_.log().find("orders: found producer late registering it as a counter, where "
                                "producer late has it as a gauge"),
            std::string::npos)
      << sidecar_.log();
}

// The same series once more as something else: the trader's own library refuses it,
// says which two shapes, and the page counts that.
TEST_F(Shapes, OfOneSeriesAreRefusedByTheTradersLibraryAndCountedOnThePage) {
  Counter counter = late_.counter("orders_total", "Orders.");
  Gauge gauge = late_.gauge("orders_total", "Orders.");
  late_.histogram("order_bytes", "Sizes.", {.unit = Unit::count(), .bounds = {1}}).record(1);
  late_.histogram("order_bytes", "Sizes.", {.unit = Unit::nanoseconds(), .bounds = {1}}).record(1);
  EXPECT_NE(producer_b_.last_refusal().find("found it registered as histogram of 1 with"),
            std::string::npos)
      << producer_b_.last_refusal();
  counter.add(5);
  gauge.set(7);  // counts nowhere, and harms nobody
  settle();
  EXPECT_EQ(page().value("orders_total{producer=\"late\"}"), 5);
  EXPECT_EQ(page().value("order_bytes_count{producer=\"late\"}"), 1);
  EXPECT_EQ(page().value("outrider_registrations_refused_total{producer=\"late\"}"), 2);
  EXPECT_EQ(page().value("outrider_registrations_refused_total{producer=\"first\"}"), 0);
  EXPECT_EQ(page().complaints(), "");
}

}  // namespace
}  // namespace outrider::merging
