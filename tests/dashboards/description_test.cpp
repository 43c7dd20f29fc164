// SPDX-License-Identifier: Apache-2.0
// Descriptions that are not valid: each has its sentence, with line and column.
#include <gtest/gtest.h>

#include "dashboards/description_reader.hpp"
#include "dashboards/variables.hpp"

namespace outrider::dashboards {
namespace {

/// All problems, one a line.
std::string problems_of(const std::string& text) {
  std::string all;
  for (const rules::FileProblem& problem : read_description(text, "d.yml").problems)
    all += problem.text() + '\n';
  return all;
}

/// A dashboard of one panel, whose lines from the sixth on are `lines`.
std::string with_panel(const std::string& lines) {
  return "dashboards:\n- uid: d\n  title: D\n  panels:\n  - title: P\n" + lines;
}

const std::string query = "    queries: [{expr: up}]\n";

TEST(DashboardDescription, IsReadWithWhatIsUsualForItsKind) {
  const Described described = read_description(with_panel("    kind: stat\n" + query), "d.yml");

  ASSERT_TRUE(described.problems.empty());
  const Panel& panel = described.dashboards.at(0).panels.at(0);
  EXPECT_EQ(panel.width, 4);
  EXPECT_EQ(panel.base, "text");
  EXPECT_EQ(described.dashboards[0].refresh, "10s");
}

TEST(DashboardDescription, RefusesAnExpressionThatIsNotPromqlWhereItIsWrong) {
  EXPECT_EQ(problems_of(with_panel("    kind: graph\n    queries:\n    - expr: sum(up))\n")),
            "d.yml:8:20: found \")\"; needed an operator or the end\n");
}

TEST(DashboardDescription, RefusesAVariableThatTheDashboardDoesNotHave) {
  EXPECT_NE(problems_of(with_panel("    kind: graph\n    queries:\n    - expr: up{a=\"1\"} > $n\n"))
                .find("d.yml:8:25: "),
            std::string::npos);
}

TEST(DashboardDescription, RefusesUnknownKeysKindsAndNumbers) {
  EXPECT_EQ(problems_of(with_panel("    kind: graf\n" + query)),
            "d.yml:6:11: kind: found \"graf\"; needed graph, stat, pie, heatmap, states, row\n");
  EXPECT_EQ(problems_of(with_panel("    kind: stat\n    min: low\n" + query)),
            "d.yml:7:10: min: found \"low\"; needed a number such as 0.5\n");
  EXPECT_EQ(problems_of(with_panel("    kind: stat\n    width: 25\n" + query)),
            "d.yml:7:12: width: found 25; needed a whole number from 1 to 24\n");
  EXPECT_NE(problems_of(with_panel("    kind: stat\n    color: red\n" + query))
                .find("d.yml:7:5: a panel: found unknown key \"color\"; needed title, kind"),
            std::string::npos);
}

TEST(DashboardDescription, RefusesThresholdsThatDoNotRiseAndMappingsWithoutAColour) {
  EXPECT_EQ(problems_of(with_panel("    kind: stat\n    thresholds: {3: red, 2: green}\n" + query)),
            "d.yml:7:26: a threshold: found 2 after a larger one; needed them to rise\n");
  EXPECT_EQ(problems_of(with_panel("    kind: stat\n    mappings: {0: [OK]}\n" + query)),
            "d.yml:7:19: a mapping: needed [word, colour]\n");
}

TEST(DashboardDescription, RefusesAPanelWithoutAQueryAndAUidThatIsNoFileName) {
  EXPECT_EQ(problems_of(with_panel("    kind: stat\n")),
            "d.yml:5:5: panel \"P\": needed one query at least\n");
  EXPECT_EQ(problems_of("dashboards: [{uid: ../x, title: D}]\n"),
            "d.yml:1:20: uid: found \"../x\"; needed letters, digits, - and _, 40 of them at most: "
            "it is also the name of the file\n");
  EXPECT_EQ(problems_of("dashboards: [{uid: x, title: D}, {uid: x, title: E}]\n"),
            "d.yml:1:40: uid: found \"x\" again; needed one that no other dashboard has\n");
}

TEST(DashboardDescription, RefusesTextThatIsNoDescription) {
  EXPECT_EQ(problems_of("panels: []\n"),
            "d.yml:1:1: dashboards: found unknown key \"panels\"; needed dashboards\n"
            "d.yml:1:1: found no key \"dashboards\"; needed it\n");
  EXPECT_NE(problems_of("dashboards: [").find("found text that is not YAML"), std::string::npos);
  EXPECT_NE(problems_of("").find("found nothing; needed descriptions"), std::string::npos);
}

TEST(GrafanaVariables, AreFilledInAndTheRestStays) {
  const Filled filled =
      fill_in("rate(x{a=~\"$a\"}[${range}]) $ $other", {{"a", ".+"}, {"range", "5m"}});

  EXPECT_EQ(filled.text, "rate(x{a=~\".+\"}[5m]) $ $other");
  EXPECT_EQ(filled.from[filled.text.find("5m")], 16U);
  EXPECT_EQ(filled.from.back(), 35U);
}

}  // namespace
}  // namespace outrider::dashboards
