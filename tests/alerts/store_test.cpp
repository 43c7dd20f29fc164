// SPDX-License-Identifier: Apache-2.0
#include "outputs/alerts/store.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "alerts/sample.hpp"
#include "temporary_directory.hpp"

namespace outrider::alerts {
namespace {

struct AlertStore : testing::Test {
  test::TemporaryDirectory directory{test::memory_directory(), "alerts"};
  Store store{directory.path()};
  std::string problem;

  void SetUp() override { ASSERT_FALSE(store.open()); }
};

TEST_F(AlertStore, ReadsBackWhatItWrote) {
  Known known;
  known.alert = sample("Slow");
  known.alert.value = 12.5;
  known.episode = 3;
  known.told["hook"] = {2, true, eight_o_clock, 5s};
  ASSERT_FALSE(store.write({{"id", known}}));

  const auto read = Store{directory.path()}.read(problem).known;
  ASSERT_EQ(read.size(), 1U) << problem;
  EXPECT_EQ(read.front().alert.labels, known.alert.labels);
  EXPECT_EQ(read.front().alert.annotations, known.alert.annotations);
  EXPECT_EQ(read.front().alert.value, 12.5);
  EXPECT_EQ(read.front().alert.starts_at, eight_o_clock);
  EXPECT_EQ(read.front().episode, 3U);
  EXPECT_TRUE(read.front().fires);
  EXPECT_EQ(read.front().told.at("hook").episode, 2U);
  EXPECT_TRUE(read.front().told.at("hook").ended);
}

TEST_F(AlertStore, RemembersWhichSummariesWereToldAndThatTheyAreMoments) {
  Known known;
  known.alert = sample("Summary");
  known.alert.is_event = true;
  known.fires = false;
  const Schedule::Records records{{"daily", {{eight_o_clock, eight_o_clock + 24h}, 5s}}};
  ASSERT_FALSE(store.write({{"id", known}}, records));

  const Store::Sent read = store.read(problem);
  EXPECT_EQ(problem, "");
  ASSERT_EQ(read.known.size(), 1U);
  EXPECT_TRUE(read.known.front().alert.is_event);
  ASSERT_EQ(read.summaries.size(), 1U);
  EXPECT_EQ(read.summaries.at("daily").told, records.at("daily").told);
  EXPECT_EQ(read.summaries.at("daily").left_out, nanoseconds{5s});
}

TEST_F(AlertStore, ReadsWhatSidecarsBeforeSummariesWrote) {
  std::ofstream{directory.path() + "/alerts/sent"} << R"({"version":1,"alerts":[]})";
  EXPECT_TRUE(store.read(problem).summaries.empty());
  EXPECT_EQ(problem, "");
}

TEST_F(AlertStore, IsForNobodyElse) {
  ASSERT_FALSE(store.write({}));
  struct stat found {};
  ASSERT_EQ(::stat((directory.path() + "/alerts/sent").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
}

TEST_F(AlertStore, BelievesNothingOfADamagedFile) {
  for (const char* text : {"", "{", "[]", R"({"version":2,"alerts":[]})",
                           R"({"version":1,"alerts":[{"alert":{}}]})"}) {
    std::ofstream{directory.path() + "/alerts/sent"} << text;
    problem.clear();
    EXPECT_TRUE(store.read(problem).known.empty()) << text;
    EXPECT_NE(problem, "") << text;
  }
}

TEST_F(AlertStore, KeepsTheNewestOfWhatWasRefused) {
  for (std::size_t i = 0; i < Store::most_poisoned + 5; ++i) {
    const nanoseconds when = eight_o_clock + std::chrono::seconds{i};
    ASSERT_FALSE(store.put_aside({"hook", 400, when, sample("A" + std::to_string(i)), 1, false}));
  }
  const auto all = store.poisoned();
  EXPECT_EQ(all.size(), Store::most_poisoned);
  for (const Poisoned& each : all) EXPECT_GE(each.refused, eight_o_clock + 5s);
}

TEST_F(AlertStore, CountsTheSameRefusalOnce) {
  for (int i = 0; i < 3; ++i)
    ASSERT_FALSE(store.put_aside({"hook", 400, eight_o_clock, sample("Slow"), 1, false}));
  ASSERT_FALSE(store.put_aside({"hook", 400, eight_o_clock, sample("Slow"), 1, true}));
  ASSERT_FALSE(store.put_aside({"other", 400, eight_o_clock, sample("Slow"), 1, false}));
  EXPECT_EQ(store.poisoned().size(), 3U);
  store.forget(store.poisoned().front());
  EXPECT_EQ(store.poisoned().size(), 2U);
}

}  // namespace
}  // namespace outrider::alerts
