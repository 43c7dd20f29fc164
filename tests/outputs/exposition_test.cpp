// SPDX-License-Identifier: Apache-2.0
// The whole text of an exposition, byte by byte, with what has broken scrapes
// before: HELP with newlines, odd labels, values that are no plain numbers.
#include "outputs/exposition.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <locale>

#include "outputs/promtool.hpp"

namespace outrider::outputs {
namespace {

using aggregate::Family;
using aggregate::FamilyKind;
using aggregate::Labels;
using aggregate::Schema;
using aggregate::Snapshot;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double no_value = -12345;  ///< stands for a series without a value

/// Builds a snapshot metric by metric.
class Builder {
 public:
  Builder& family(Family family) {
    schema_.families.push_back(std::move(family));
    return *this;
  }
  Builder& metric(Labels labels, std::vector<double> values) {
    const auto first = static_cast<aggregate::ValueId>(snapshot_.values.size());
    EXPECT_EQ(values.size(), schema_.families.back().values_per_metric());
    schema_.families.back().metrics.push_back({std::move(labels), first});
    for (const double value : values) {
      snapshot_.values.push_back(value);
      snapshot_.present.push_back(value == no_value ? 0 : 1);
    }
    return *this;
  }
  Snapshot build() {
    schema_.value_count = snapshot_.values.size();
    snapshot_.schema = std::make_shared<Schema>(schema_);
    return snapshot_;
  }

 private:
  Schema schema_;
  Snapshot snapshot_;
};

Snapshot every_kind() {
  return Builder{}
      .family({"orders_sent_total",
               "Orders sent.\nBy \"venue\", in C:\\desk",
               FamilyKind::counter,
               {},
               {}})
      .metric({{"producer", "gateway-1"}, {"venue", "a\\b\"c\nd"}}, {9007199254740992.0})
      .metric({{"producer", "gateway-2"}, {"venue", "börse"}}, {0})
      .family({"position_lots", "Open position.", FamilyKind::gauge, {}, {}})
      .metric({{"symbol", "A"}}, {std::nan("")})
      .metric({{"symbol", "B"}}, {infinity})
      .metric({{"symbol", "C"}}, {-infinity})
      .metric({{"symbol", "D"}}, {-1234567.25})
      .metric({{"symbol", "E"}}, {no_value})
      .family({"feed_gap_seconds", "Without a value.", FamilyKind::gauge, {}, {}})
      .metric({}, {no_value})
      .family({"order_send_seconds",
               "From signal to wire.",
               FamilyKind::histogram,
               {1e-6, 0.00025, 0.1, 2.5, 100000},
               {}})
      .metric({{"producer", "gateway-1"}}, {1, 7, 7, 9, 10, 12, 0.75})
      .metric({{"producer", "gateway-2"}}, {0, 0, 0, 0, 0, 0, 0})
      .metric({{"producer", "gateway-3"}}, {0, 0, 0, 0, 0, no_value, no_value})
      .family({"order_send_seconds_rolling",
               "The same, of late.",
               FamilyKind::summary,
               {0.5, 0.99, 0.999},
               {}})
      .metric({{"window", "10s"}}, {0.0001, 0.25, no_value, 150, 3.5})
      .build();
}

std::string file_text(const std::string& name) {
  std::ifstream file{std::string{OUTRIDER_SOURCE_DIR} + "/tests/outputs/golden/" + name};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// Numbers as in half of Europe: 1.234.567,25.
struct CommaDecimals : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

TEST(Exposition, MatchesTheGoldenTextForEveryMetricKind) {
  EXPECT_EQ(to_text(to_families(every_kind())), file_text("every_kind.prom"));
}

TEST(Exposition, IsGoodForPromtool) {
  EXPECT_EQ(testing::promtool_complaints(file_text("every_kind.prom")), "");
}

TEST(Exposition, IsTheSameInALocaleWithCommas) {
  const std::locale before = std::locale::global(std::locale{std::locale{}, new CommaDecimals});
  const std::string text = to_text(to_families(every_kind()));
  std::locale::global(before);

  EXPECT_EQ(text, file_text("every_kind.prom"));
}

TEST(Exposition, IsEmptyWithoutASnapshotOrSeries) {
  EXPECT_EQ(to_text(to_families(Snapshot{})), "");
  EXPECT_EQ(to_text({}), "");
}

TEST(Exposition, PrintsBoundsAsRulesSeeThem) {
  const Snapshot snapshot = every_kind();
  const std::string text = to_text(to_families(snapshot));

  for (const aggregate::Series& series : list_series(*snapshot.schema)) {
    if (snapshot.present[series.value] == 0) continue;
    for (const auto& [name, value] : series.labels) {
      if (name != "le" && name != "quantile") continue;
      EXPECT_NE(text.find(name + "=\"" + value + '"'), std::string::npos) << name << "=" << value;
    }
  }
}

TEST(Families, OfOneNameAreOneFamily) {
  Families families{{"a_total", "Of the trader.", prometheus::MetricType::Counter, {{}}}};
  prometheus::ClientMetric labelled;
  labelled.label = {{"producer", "gateway-1"}};

  const auto refused =
      merge_families(families, {{"a_total", "Of us.", prometheus::MetricType::Counter, {labelled}},
                                {"b", "New.", prometheus::MetricType::Gauge, {{}}},
                                {"b", "New again.", prometheus::MetricType::Gauge, {labelled}}});

  EXPECT_TRUE(refused.empty());
  EXPECT_EQ(to_text(families),
            "# HELP a_total Of the trader.\n"
            "# TYPE a_total counter\n"
            "a_total 0\n"
            "a_total{producer=\"gateway-1\"} 0\n"
            "# HELP b New.\n"
            "# TYPE b gauge\n"
            "b 0\n"
            "b{producer=\"gateway-1\"} 0\n");
}

TEST(Families, OfOneNameAndTwoTypesAreNotMixed) {
  Families families{{"a", "First.", prometheus::MetricType::Gauge, {{}}}};

  const auto refused =
      merge_families(families, {{"a", "Second.", prometheus::MetricType::Summary, {{}}}});

  EXPECT_EQ(refused, std::vector<std::string>{"a"});
  EXPECT_EQ(to_text(families), "# HELP a First.\n# TYPE a gauge\na 0\n");
}

TEST(Families, OfOneNameShowNoSampleTwice) {
  prometheus::ClientMetric labelled;
  labelled.label = {{"a", "1"}, {"b", "2"}};
  prometheus::ClientMetric turned;
  turned.label = {{"b", "2"}, {"a", "1"}};
  Families families{{"x", "First.", prometheus::MetricType::Gauge, {labelled}}};

  const auto refused =
      merge_families(families, {{"x", "Second.", prometheus::MetricType::Gauge, {turned, {}}}});

  EXPECT_EQ(refused, std::vector<std::string>{"x"});
  EXPECT_EQ(to_text(families), "# HELP x First.\n# TYPE x gauge\nx{a=\"1\",b=\"2\"} 0\nx 0\n");
}

}  // namespace
}  // namespace outrider::outputs
