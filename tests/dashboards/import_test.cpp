// SPDX-License-Identifier: Apache-2.0
// Dashboards that somebody else has made: read as far as a description has words, and what it
// has none for is said, with its line.
#include <gtest/gtest.h>

#include "dashboards/grafana_reader.hpp"

namespace outrider::dashboards {
namespace {

std::string said(const std::vector<rules::FileProblem>& problems) {
  std::string all;
  for (const rules::FileProblem& problem : problems) all += problem.text() + '\n';
  return all;
}

TEST(GrafanaImport, SaysTheLineWhereTextIsNotJson) {
  EXPECT_EQ(said(read_grafana("{\n\"uid\": \"a\",\n}\n", "g.json").problems),
            "g.json:3: found text that is not JSON here; needed a dashboard as Grafana exports "
            "it\n");
}

TEST(GrafanaImport, SaysTheLineOfEachValueOfAWrongType) {
  const Imported imported = read_grafana(R"({
  "uid": "a", "title": 5,
  "panels": [
    {"type": "timeseries", "title": "ok", "targets": [{"expr": "up"}]},
    {"type": "graph"},
    {"type": "stat",
     "targets": [{"legendFormat": "x"}, 7],
     "fieldConfig": {"defaults": {"min": "low"}}}
  ]
})",
                                         "g.json");

  EXPECT_EQ(
      said(imported.problems),
      "g.json:2: /title: found \"5\"; needed a text\n"
      "g.json:5: /panels/1/type: found \"graph\"; needed timeseries, stat, piechart, heatmap, "
      "state-timeline, row\n"
      "g.json:8: /panels/2/fieldConfig/defaults/min: found \"low\"; needed a number\n"
      "g.json:7: /panels/2/targets/0: found no expr; needed one, a text\n"
      "g.json:7: /panels/2/targets/1: found \"7\"; needed an object\n");
}

TEST(GrafanaImport, SaysWhatADescriptionHasNoWordsFor) {
  const Imported imported = read_grafana(R"({
  "uid": "a", "title": "A",
  "weekStart": "monday",
  "panels": []
})",
                                         "g.json");

  ASSERT_TRUE(imported.problems.empty()) << said(imported.problems);
  EXPECT_FALSE(imported.is_identical);
  EXPECT_NE(said(imported.differences)
                .find("g.json:3: /weekStart: found \"monday\", which a description makes nothing"),
            std::string::npos)
      << said(imported.differences);
}

TEST(GrafanaImport, SaysWhatOfABodyForTheApiIsNotTheDashboards) {
  const Imported imported = read_grafana(R"({
  "dashboard": {"uid": "a", "title": "A", "panels": []},
  "folderUid": "desk",
  "overwrite": false
})",
                                         "g.json");

  ASSERT_TRUE(imported.problems.empty()) << said(imported.problems);
  EXPECT_NE(said(imported.differences)
                .find("g.json:3: /folderUid: found \"desk\", which a description makes nothing\n"),
            std::string::npos)
      << said(imported.differences);
  EXPECT_NE(
      said(imported.differences)
          .find("g.json:4: /overwrite: found \"false\", which a description makes \"true\"\n"),
      std::string::npos)
      << said(imported.differences);
}

TEST(GrafanaImport, SaysHowManyDifferencesItDoesNotShow) {
  std::string text = R"({"uid": "a", "title": "A", "panels": [])";
  for (int i = 0; i < 13; ++i) text += ", \"unknown" + std::to_string(i) + "\": 1";

  const Imported imported = read_grafana(text + "}", "g.json");

  ASSERT_EQ(imported.differences.size(), 11U);
  EXPECT_NE(said(imported.differences).find("more\n"), std::string::npos)
      << said(imported.differences);
}

TEST(GrafanaImport, RefusesWhatIsNoDashboardAtAll) {
  EXPECT_EQ(said(read_grafana("[1]", "g.json").problems),
            "g.json:1: found \"[1]\"; needed a dashboard as Grafana exports it, an object\n");
  EXPECT_EQ(said(read_grafana("{}", "g.json").problems),
            "g.json:1: the dashboard: found no uid; needed one, a text\n"
            "g.json:1: the dashboard: found no title; needed one, a text\n");
  EXPECT_EQ(
      said(read_grafana(std::string(100'000, '['), "g.json").problems),
      "g.json:1: found text that is not JSON here; needed a dashboard as Grafana exports it\n");
  EXPECT_EQ(said(read_grafana(std::string(1000, '[') + std::string(1000, ']'), "g.json").problems),
            "g.json: found brackets 100 deep; needed a dashboard as Grafana exports it\n");
  EXPECT_FALSE(read_grafana(R"({"panels": [[], 3], "templating": 1})", "g.json").problems.empty());
}

TEST(JsonPlace, IsTheLineOfWhatAPointerNames) {
  const std::string text =
      "{\n \"a\": [1,\n {\"b\\\"{\": 2}, \"]\\\\\",\n {\"c\":\n 3}],\n\"d\": 4}";

  EXPECT_EQ(line_of(text, ""), 1U);
  EXPECT_EQ(line_of(text, "/a"), 2U);
  EXPECT_EQ(line_of(text, "/a/1"), 3U);
  EXPECT_EQ(line_of(text, "/a/3/c"), 4U);
  EXPECT_EQ(line_of(text, "/d"), 6U);
  EXPECT_EQ(line_of(text, "/a/9"), 2U);
}

}  // namespace
}  // namespace outrider::dashboards
