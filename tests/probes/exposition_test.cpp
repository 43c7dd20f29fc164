// SPDX-License-Identifier: Apache-2.0
// Pages of others, read back into what they were.
#include <gtest/gtest.h>

#include <cmath>

#include "probes/families.hpp"

namespace outrider::probes {
namespace {

using aggregate::FamilyKind;
using aggregate::Labels;

std::vector<FoundMetric> group(const std::string& text, const Labels& extra = {}) {
  const Exposition page = parse_exposition(text);
  EXPECT_EQ(page.problem, "");
  return group_samples(
      page, [](const std::string&) { return true; }, extra);
}

TEST(ExpositionText, IsReadWithLabelsTimesAndNumbersOfAllKinds) {
  const Exposition page = parse_exposition(
      "# HELP a What it is.\n# TYPE a counter\n# a comment\n"
      "a{z=\"1\", b=\"x\\\\\\\"\\n\",} 3 1700000000000\r\n"
      "b +Inf\n c{} NaN\n\nd{empty=\"\"} -1.5e3");
  ASSERT_EQ(page.problem, "");
  ASSERT_EQ(page.samples.size(), 4U);
  EXPECT_EQ(page.samples[0].labels, (Labels{{"b", "x\\\"\n"}, {"z", "1"}}));
  EXPECT_EQ(page.samples[0].value, 3);
  EXPECT_TRUE(std::isinf(page.samples[1].value));
  EXPECT_TRUE(std::isnan(page.samples[2].value));
  EXPECT_EQ(page.samples[3].value, -1500);
  EXPECT_TRUE(page.samples[3].labels.empty());
  EXPECT_EQ(page.types.at("a"), "counter");
  EXPECT_EQ(page.helps.at("a"), "What it is.");
}

TEST(ExpositionText, HasItsFirstBadLineNamed) {
  EXPECT_EQ(parse_exposition("a 1\nb\n").problem, "line 2: found what is no sample");
  for (const char* bad : {"a{b=1} 1", "a{b=\"1} 1", "a{b=\"1\"", "1a 1", "a one", "{b=\"1\"} 1",
                          "a{b=\"1\",b=\"2\"} 1", "<html>"})
    EXPECT_EQ(parse_exposition(bad).problem, "line 1: found what is no sample") << bad;
}

TEST(ExpositionFamilies, AreCountersGaugesAndWhatIsUntyped) {
  const auto found = group(
      "# TYPE requests_total counter\nrequests_total 5\n"
      "# TYPE load gauge\nload 0.5\nplain 7\n"
      "# TYPE open counter\nopen_total 2\n");
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].metric.declared.name, "load");
  EXPECT_EQ(found[0].metric.declared.kind, FamilyKind::gauge);
  EXPECT_EQ(found[1].metric.declared.name, "open_total");
  EXPECT_EQ(found[1].metric.declared.kind, FamilyKind::counter);
  EXPECT_EQ(found[2].metric.declared.kind, FamilyKind::gauge);
  EXPECT_EQ(found[3].metric.declared.kind, FamilyKind::counter);
  EXPECT_EQ(found[3].values, std::vector<double>{5});
}

TEST(ExpositionFamilies, PutHistogramsAndSummariesTogetherAgain) {
  const auto found = group(
      "# TYPE h histogram\n"
      "h_bucket{a=\"b\",le=\"0.5\"} 1\nh_bucket{a=\"b\",le=\"0.1\"} 0\n"
      "h_bucket{a=\"b\",le=\"+Inf\"} 3\nh_sum{a=\"b\"} 4.5\nh_count{a=\"b\"} 3\n"
      "# TYPE s summary\ns{quantile=\"0.9\"} 7\ns_sum 10\ns_count 2\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].metric.declared.kind, FamilyKind::histogram);
  EXPECT_EQ(found[0].metric.labels, (Labels{{"a", "b"}}));
  EXPECT_EQ(found[0].metric.declared.edges, (std::vector<double>{0.1, 0.5}));
  EXPECT_EQ(found[0].values, (std::vector<double>{0, 1, 3, 4.5}));
  EXPECT_EQ(found[1].metric.declared.edges, std::vector<double>{0.9});
  EXPECT_EQ(found[1].values, (std::vector<double>{7, 2, 10}));
}

// NaN among the edges made two families of different size one, and values were read
// beyond their end.
TEST(ExpositionFamilies, TakeNoEdgeThatHasNoPlaceInTheirOrder) {
  const auto found = group(
      "# TYPE h histogram\nh_bucket{le=\"NaN\"} 9\nh_bucket{le=\"-Inf\"} 0\n"
      "h_bucket{le=\"1\"} 2\nh_sum 4\nh_count 3\n"
      "# TYPE s summary\ns{quantile=\"NaN\"} 7\ns{quantile=\"0.5\"} 1\ns_sum 10\ns_count 2\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].metric.declared.edges.back(), 1);
  EXPECT_EQ(found[0].values[found[0].values.size() - 2], 3);  // the count
  EXPECT_EQ(found[1].metric.declared.edges, std::vector<double>{0.5});
}

TEST(ExpositionText, RefusesAPageOfMoreSamplesThanMemoryIsThereFor) {
  std::string page;
  for (int i = 0; i < 200'001; ++i) page += "a 1\n";
  EXPECT_NE(parse_exposition(page).problem.find("needed fewer"), std::string::npos);
  page.resize(page.size() - 4);
  EXPECT_EQ(parse_exposition(page).problem, "");
}

TEST(ExpositionFamilies, GiveWayToTheLabelsOfTheProbe) {
  const auto found = group("a{job=\"theirs\"} 1\na{job=\"theirs\"} 2\n", {{"job", "ours"}});
  ASSERT_EQ(found.size(), 1U);  // a series stands once
  EXPECT_EQ(found[0].metric.labels, (Labels{{"exported_job", "theirs"}, {"job", "ours"}}));
}

}  // namespace
}  // namespace outrider::probes
