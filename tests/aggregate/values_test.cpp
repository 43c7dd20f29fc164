// SPDX-License-Identifier: Apache-2.0
// From what a trader registered to what Prometheus is shown: names, labels and
// values, over the trader's end.
#include "aggregate/values_builder.hpp"

#include <gtest/gtest.h>

#include "aggregate/allocations.hpp"
#include "drain/rig.hpp"

namespace {

using namespace outrider;
using aggregate::FamilyKind;
using aggregate::Labels;

constexpr double scale = 0.01;

class Values : public testing::Test {
 protected:
  Values() {
    drain_.attach(1);
    producer_->housekeep();
  }

  /// Binds what is registered and builds values over it, as the planner does.
  void build(const std::string& producer_label = "producer") {
    drain_.bind();
    histograms_.extend(drain_.checkpoint(), std::chrono::nanoseconds{0});
    aggregate::ValuesBuilder builder{producer_label};
    builder.add(input("oms"), refusals_);
    values_ = builder.build();
  }
  aggregate::ProducerInput input(const std::string& name) {
    return {name, &drain_.drainer(), &histograms_, drain_.binding()};
  }
  /// What the guard does in a pass.
  void pass() {
    for (const auto& seen : drain_.take_all()) histograms_.find(*seen.row)->add(seen);
  }
  void end_trader() {
    writer_ = Writer{};
    producer_.reset();
    drain_.end();
  }

  /// The value of a series; nothing when it is absent or not listed.
  std::optional<double> value(Labels labels) {
    std::sort(labels.begin(), labels.end());
    for (const aggregate::Series& series : aggregate::list_series(*values_->schema())) {
      double read = 0;
      if (series.labels == labels) {
        return values_->read(series.value, read) ? std::optional{read} : std::nullopt;
      }
    }
    return std::nullopt;
  }
  bool lists(Labels labels) {
    std::sort(labels.begin(), labels.end());
    const auto all = aggregate::list_series(*values_->schema());
    return std::any_of(all.begin(), all.end(),
                       [&](const auto& series) { return series.labels == labels; });
  }
  bool refused_with(const std::string& words) {
    return std::any_of(refusals_.begin(), refusals_.end(), [&](const std::string& why) {
      return why.find(words) != std::string::npos;
    });
  }

  test::SegmentDirectory directory_;
  std::unique_ptr<Producer> producer_ =
      std::make_unique<Producer>(test::small_options(directory_.path()));
  Writer writer_ = producer_->writer("gateway");
  test::Drain drain_{directory_.path()};
  aggregate::HistogramSet histograms_;
  std::unique_ptr<aggregate::Values> values_;
  std::vector<std::string> refusals_;
};

TEST_F(Values, ShowEveryKindUnderItsProducersLabel) {
  writer_.counter("c_total", "", {{"venue", "x"}}).add(3);
  writer_.up_down_counter("open", "").sub(2);
  writer_.gauge("pnl_usd", "").set(-1.5);
  writer_.int_gauge("lots", "").set(-7);
  build();
  EXPECT_EQ(value({{"__name__", "c_total"}, {"producer", "oms"}, {"venue", "x"}}), 3);
  EXPECT_EQ(value({{"__name__", "open"}, {"producer", "oms"}}), -2);
  EXPECT_EQ(value({{"__name__", "pnl_usd"}, {"producer", "oms"}}), -1.5);
  EXPECT_EQ(value({{"__name__", "lots"}, {"producer", "oms"}}), -7);
  EXPECT_TRUE(refusals_.empty());
}

TEST_F(Values, HaveNoProducerLabelWhenNoneIsWanted) {
  writer_.counter("c_total", "").inc();
  build("");
  EXPECT_EQ(value({{"__name__", "c_total"}}), 1);
}

TEST_F(Values, LetAUsersLabelOfTheSameNameStepAside) {
  writer_.counter("c_total", "", {{"producer", "mine"}}).inc();
  writer_.counter("d_total", "", {{"exported_producer", "both"}, {"producer", "mine"}}).inc();
  build();
  EXPECT_EQ(value({{"__name__", "c_total"}, {"exported_producer", "mine"}, {"producer", "oms"}}),
            1);
  EXPECT_EQ(value({{"__name__", "d_total"},
                   {"exported_exported_producer", "mine"},
                   {"exported_producer", "both"},
                   {"producer", "oms"}}),
            1);
}

TEST_F(Values, LetAUsersLabelStepAsideForTheRollingWindow) {
  writer_.histogram("h", "", {.unit = Unit::count()}, {{"window", "left"}});
  build();
  EXPECT_TRUE(lists({{"__name__", "h_rolling_count"},
                     {"exported_window", "left"},
                     {"producer", "oms"},
                     {"window", "10s"}}));
  EXPECT_TRUE(lists({{"__name__", "h_count"}, {"producer", "oms"}, {"window", "left"}}));
}

TEST_F(Values, ShowOneNameAsOneKindAndLeaveTheOtherToTheRules) {
  writer_.counter("orders", "", {{"venue", "x"}}).inc();
  writer_.gauge("orders", "", {{"venue", "y"}}).set(1);
  build();
  EXPECT_TRUE(refused_with(
      "orders: found producer oms registering it as a gauge, where producer oms has it as a "
      "counter"));
  EXPECT_EQ(value({{"__name__", "orders"}, {"producer", "oms"}, {"venue", "x"}}), 1);
  EXPECT_EQ(value({{"__name__", "orders"}, {"producer", "oms"}, {"venue", "y"}}), 1);
  const auto& families = values_->schema()->families;
  ASSERT_EQ(families.size(), 2U);
  EXPECT_EQ(families[0].is_shown + families[1].is_shown, 1);
}

TEST_F(Values, HaveOneValueForASeriesThatChangedItsKind) {
  writer_.counter("orders", "").add(3);
  build();
  end_trader();
  producer_ = std::make_unique<Producer>(test::small_options(directory_.path()));
  writer_ = producer_->writer("gateway");
  writer_.gauge("orders", "").set(7);
  drain_.attach(2);
  build();
  EXPECT_EQ(value({{"__name__", "orders"}, {"producer", "oms"}}), 7);
  const auto all = aggregate::list_series(*values_->schema());
  EXPECT_EQ(std::count_if(all.begin(), all.end(),
                          [](const auto& series) { return series.labels[0].second == "orders"; }),
            1);
}

TEST_F(Values, ShowOneSetOfBoundsAndLeaveTheOtherToTheRules) {
  writer_.histogram("h", "", {.unit = Unit::count(), .bounds = {1}}, {{"venue", "x"}});
  writer_.histogram("h", "", {.unit = Unit::count(), .bounds = {2}}, {{"venue", "y"}});
  build();
  EXPECT_TRUE(refused_with("needed one kind, unit and set of bounds for a name"));
  EXPECT_TRUE(lists({{"__name__", "h_bucket"}, {"producer", "oms"}, {"venue", "x"}, {"le", "1"}}));
  EXPECT_TRUE(lists({{"__name__", "h_bucket"}, {"producer", "oms"}, {"venue", "y"}, {"le", "2"}}));
}

TEST_F(Values, RefuseATradersSeriesUnderTheSidecarsOwnNames) {
  writer_.gauge("outrider_passes_total", "").set(1);
  writer_.gauge("outrider_drill_breach", "").set(1);
  writer_.counter("outrider_trips_total", "").inc();
  drain_.bind();
  aggregate::ValuesBuilder builder{"producer"};
  builder.add(input("oms"), refusals_);
  const auto own =
      builder.add_own({"outrider_passes_total", "Passes", FamilyKind::counter}, {{"a", "b"}});
  ASSERT_EQ(own.size(), 1U);
  *own[0] = 42;
  values_ = builder.build();
  EXPECT_EQ(refusals_.size(), 3U);
  EXPECT_TRUE(refused_with("the sidecar's own"));
  EXPECT_EQ(value({{"__name__", "outrider_passes_total"}, {"a", "b"}}), 42);
  EXPECT_EQ(values_->schema()->value_count, 1U);
}

TEST_F(Values, LetTheDrillsTraderHaveTheDrillsNames) {
  writer_.gauge("outrider_drill_breach", "").set(1);
  writer_.gauge("outrider_passes_total", "").set(1);
  drain_.bind();
  aggregate::ValuesBuilder builder{"producer"};
  builder.add(input("outrider-canary"), refusals_);
  values_ = builder.build();
  EXPECT_EQ(refusals_.size(), 1U);
  EXPECT_EQ(value({{"__name__", "outrider_drill_breach"}, {"producer", "outrider-canary"}}), 1);
}

TEST_F(Values, PutProducersOfOneSeriesIntoOneFamily) {
  writer_.counter("c_total", "").inc();
  drain_.bind();
  aggregate::ValuesBuilder builder{"producer"};
  builder.add(input("a"), refusals_);
  builder.add(input("b"), refusals_);
  values_ = builder.build();
  ASSERT_EQ(values_->schema()->families.size(), 1U);
  EXPECT_EQ(values_->schema()->families[0].metrics.size(), 2U);
}

TEST_F(Values, ShowAHistogramWithExactBucketsInBaseUnits) {
  Histogram histogram = writer_.histogram(
      "h", "", {.unit = Unit::count(scale), .bounds = {1, 10.01}});  // 100 and 1001 kept units
  build();
  for (const std::uint64_t kept : {99U, 100U, 101U, 1'000U, 1'001U, 1'002U})
    histogram.record(kept, Ticks{});
  pass();
  const auto bucket = [&](const std::string& le) {
    return value({{"__name__", "h_bucket"}, {"le", le}, {"producer", "oms"}});
  };
  EXPECT_EQ(bucket("1"), 2);
  EXPECT_EQ(bucket("10.01"), 5);
  EXPECT_EQ(bucket("+Inf"), 6);
  EXPECT_EQ(value({{"__name__", "h_count"}, {"producer", "oms"}}), 6);
  EXPECT_DOUBLE_EQ(*value({{"__name__", "h_sum"}, {"producer", "oms"}}), 3'303 * scale);
}

TEST_F(Values, GiveAQuantileOnlyWithEnoughSamples) {
  Histogram histogram = writer_.histogram("h", "", {.unit = Unit::count()});
  build();
  const auto quantile = [&](const std::string& which) {
    return value(
        {{"__name__", "h_rolling"}, {"producer", "oms"}, {"quantile", which}, {"window", "10s"}});
  };
  const std::string p99 = aggregate::edge_text(0.99);
  const std::string p50 = aggregate::edge_text(0.5);
  const auto record = [&](int count) {
    for (int i = 0; i < count; ++i) {
      histogram.record(7, Ticks{});
      pass();
    }
  };
  EXPECT_EQ(quantile(p50), std::nullopt);
  EXPECT_EQ(value({{"__name__", "h_rolling_max"}, {"producer", "oms"}, {"window", "10s"}}),
            std::nullopt);
  record(99);
  EXPECT_EQ(quantile(p50), 7);
  EXPECT_EQ(quantile(p99), std::nullopt);
  record(1);
  EXPECT_EQ(quantile(p99), 7);
  EXPECT_EQ(value({{"__name__", "h_rolling_max"}, {"producer", "oms"}, {"window", "10s"}}), 7);
  EXPECT_EQ(value({{"__name__", "h_rolling_count"}, {"producer", "oms"}, {"window", "10s"}}), 100);
  EXPECT_EQ(value({{"__name__", "h_rolling_sum"}, {"producer", "oms"}, {"window", "10s"}}), 700);
}

TEST_F(Values, LoseGaugesAndKeepCountsWhenTheTraderIsGone) {
  writer_.counter("c_total", "").add(3);
  writer_.up_down_counter("open", "").add(2);
  writer_.gauge("pnl_usd", "").set(1);
  writer_.histogram("h", "", {.unit = Unit::count()}).record(5, Ticks{});
  build();
  pass();
  end_trader();
  EXPECT_EQ(value({{"__name__", "c_total"}, {"producer", "oms"}}), 3);
  EXPECT_EQ(value({{"__name__", "h_count"}, {"producer", "oms"}}), 1);
  EXPECT_EQ(value({{"__name__", "pnl_usd"}, {"producer", "oms"}}), std::nullopt);
  EXPECT_EQ(value({{"__name__", "open"}, {"producer", "oms"}}), std::nullopt);
  EXPECT_TRUE(lists({{"__name__", "pnl_usd"}, {"producer", "oms"}}));
}

TEST_F(Values, KeepACounterThatTheNextLifeDoesNotRegister) {
  writer_.counter("old_total", "").add(3);
  build();
  end_trader();
  producer_ = std::make_unique<Producer>(test::small_options(directory_.path()));
  writer_ = producer_->writer("gateway");
  writer_.counter("new_total", "").add(4);
  drain_.attach(2);
  build();
  EXPECT_EQ(value({{"__name__", "old_total"}, {"producer", "oms"}}), 3);
  EXPECT_EQ(value({{"__name__", "new_total"}, {"producer", "oms"}}), 4);
}

TEST_F(Values, ShowHistoryOfAProducerThatIsNotThere) {
  writer_.counter("c_total", "").add(3);
  build();
  end_trader();
  drain_.start();
  aggregate::HistogramSet histograms;
  aggregate::ValuesBuilder builder{"producer"};
  builder.add({"oms", &drain_.drainer(), &histograms, nullptr}, refusals_);
  values_ = builder.build();
  EXPECT_EQ(value({{"__name__", "c_total"}, {"producer", "oms"}}), 3);
}

TEST_F(Values, AreReadAndCopiedWithoutAllocating) {
  Histogram histogram = writer_.histogram("h", "", {.unit = Unit::count()});
  writer_.counter("c_total", "").inc();
  writer_.gauge("g", "").set(1);
  writer_.up_down_counter("open", "").add(1);
  build();
  for (int i = 0; i < 8; ++i) histogram.record(7, Ticks{});
  pass();
  aggregate::Snapshot snapshot = values_->prepare();
  double first = 0;

  const std::size_t before = test::allocations();
  values_->copy_to(snapshot);
  const bool present = values_->read(0, first);
  const std::size_t after = test::allocations();

  EXPECT_EQ(after, before);
  EXPECT_EQ(snapshot.present[0] != 0, present);
  ASSERT_EQ(snapshot.values.size(), values_->schema()->value_count);
  for (aggregate::ValueId id = 0; id < snapshot.values.size(); ++id) {
    double read = 0;
    ASSERT_EQ(values_->read(id, read), snapshot.present[id] != 0);
    if (snapshot.present[id] != 0) {
      EXPECT_EQ(read, snapshot.values[id]);
    }
  }
}

TEST(EdgeText, IsWhatPrometheusPrints) {
  EXPECT_EQ(aggregate::edge_text(0.99), "0.99");
  EXPECT_EQ(aggregate::edge_text(2.5e-6), "2.5e-06");
  EXPECT_EQ(aggregate::edge_text(100'000), "100000");
  EXPECT_EQ(aggregate::edge_text(std::numeric_limits<double>::infinity()), "+Inf");
}

}  // namespace
