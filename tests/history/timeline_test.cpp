// SPDX-License-Identifier: Apache-2.0
#include "history/timeline.hpp"

#include <gtest/gtest.h>

namespace outrider::history {
namespace {

using namespace std::chrono_literals;

Labels named(const std::string& name) {
  return {{"__name__", name}};
}

/// A look at which the series of these names have these values.
void look(Timeline& timeline, nanoseconds wall,
          const std::vector<std::pair<std::string, double>>& values) {
  std::vector<std::pair<std::shared_ptr<Series>, double>> places;
  for (const auto& [name, value] : values)
    places.emplace_back(timeline.find_or_add(named(name)), value);
  timeline.begin(wall);
  for (const auto& [place, value] : places) timeline.set(*place, value);
  timeline.end();
}

/// What a series had at the look with that number; nothing: no value.
std::optional<double> value_at(const Timeline& timeline, const std::string& name, LookNumber look) {
  for (const auto& series : timeline.select({})) {
    if (series->labels() != named(name)) continue;
    const Change* change = series->at(look);
    if (change != nullptr && change->present) return change->value;
  }
  return std::nullopt;
}

TEST(Timeline, KnowsEveryValueOfEveryLook) {
  Timeline timeline{{}};
  look(timeline, 10s, {{"a", 1}});
  look(timeline, 20s, {{"a", 1}, {"b", 5}});
  look(timeline, 30s, {{"b", 6}});
  look(timeline, 40s, {{"a", 2}, {"b", 6}});

  EXPECT_EQ(value_at(timeline, "a", 0), 1);
  EXPECT_EQ(value_at(timeline, "a", 1), 1);
  EXPECT_EQ(value_at(timeline, "a", 2), std::nullopt);
  EXPECT_EQ(value_at(timeline, "a", 3), 2);
  EXPECT_EQ(value_at(timeline, "b", 0), std::nullopt);
  EXPECT_EQ(value_at(timeline, "b", 1), 5);
  EXPECT_EQ(value_at(timeline, "b", 3), 6);
  EXPECT_EQ(timeline.look_after(9s), 0U);
  EXPECT_EQ(timeline.look_after(20s), 2U);
  EXPECT_EQ(timeline.look_after(99s), 4U);
}

TEST(Timeline, KeepsOfASeriesThatRestsOneChange) {
  Timeline timeline{{}};
  for (int i = 0; i < 500; ++i)
    look(timeline, i * 1s, {{"rests", 7}, {"moves", static_cast<double>(i)}});

  for (const auto& series : timeline.select({}))
    EXPECT_EQ(series->changes.size(), series->labels() == named("rests") ? 1U : 500U);
}

TEST(Timeline, ForgetsWhatIsOlderThanItsRetention) {
  Timeline timeline{{.interval = 1s, .retention = 10s}};
  for (int i = 0; i < 100; ++i)
    look(timeline, i * 1s, {{"rests", 7}, {i < 50 ? "early" : "late", static_cast<double>(i)}});

  EXPECT_EQ(timeline.look_count(), 11U);
  EXPECT_EQ(timeline.time_of(timeline.first_look()), 89s);
  EXPECT_EQ(value_at(timeline, "rests", timeline.first_look()), 7);
  EXPECT_EQ(timeline.series_count(), 2U) << "a series without a value in any look is gone";
}

TEST(Timeline, KeepsWhatItHasWhenAClockIsAheadForOneLook) {
  Timeline timeline{{.interval = 1s, .retention = 100s}};
  for (int i = 0; i < 50; ++i) look(timeline, i * 1s, {{"a", static_cast<double>(i)}});
  look(timeline, 3h, {{"a", 50}});
  EXPECT_EQ(timeline.look_count(), 51U);
  look(timeline, 51s, {{"a", 51}});
  EXPECT_EQ(timeline.look_count(), 51U);
  EXPECT_EQ(value_at(timeline, "a", 49), 49);
}

TEST(Timeline, GivesUpAFewLooksAtATimeWhenItHasNoRoom) {
  Timeline timeline{{.interval = 1s, .retention = 24h, .bytes = 1 << 20}};
  std::vector<std::pair<std::string, double>> values;
  for (int series = 0; series < 200; ++series)
    values.emplace_back("moves_" + std::to_string(series), 0);
  std::size_t most = 0;
  for (int i = 0; i < 1000; ++i) {
    for (auto& [name, value] : values) value = i;
    const std::size_t before = timeline.look_count();
    look(timeline, i * 1s, values);
    most = std::max(most, timeline.look_count());
    ASSERT_GE(timeline.look_count() * 8, before * 7) << i;
  }
  EXPECT_GT(timeline.look_count() * 4, most * 3);
}

TEST(Timeline, ForgetsTheOldestLooksWhenItHasNoRoom) {
  Timeline timeline{{.interval = 1s, .retention = 24h, .bytes = 64 << 10}};
  std::vector<std::pair<std::string, double>> values;
  for (int i = 0; i < 20'000; ++i) {
    look(timeline, i * 1s, {{"moves", static_cast<double>(i)}});
    ASSERT_LE(timeline.bytes(), 64U << 10);
  }

  EXPECT_GT(timeline.look_count(), 1000U);
  EXPECT_EQ(timeline.time_of(timeline.first_look()) + (timeline.look_count() - 1) * 1s, 19'999s);
  EXPECT_EQ(value_at(timeline, "moves", 19'999), 19'999);
}

TEST(Timeline, RefusesSeriesBeyondHalfOfItsRoomAndCountsThem) {
  Timeline timeline{{.bytes = 64 << 10}};
  for (int look = 0; look < 3; ++look) {
    std::vector<std::shared_ptr<Series>> held;
    for (int i = 0; i < 1000; ++i) {
      auto place = timeline.find_or_add(named("series_" + std::to_string(i)));
      if (place != nullptr) held.push_back(std::move(place));
    }
    timeline.begin(look * 1s);
    for (const auto& place : held) timeline.set(*place, 1);
    timeline.end();
    EXPECT_GT(held.size(), 50U);
    EXPECT_EQ(held.size() + timeline.refused(), 1000U)
        << "each once, however often it is asked for";
  }
  EXPECT_NE(timeline.find_or_add(named("series_0")), nullptr) << "those that are there stay";
}

TEST(Timeline, TakesBackWhatAClockThatWasSetBackSaysIsStillToCome) {
  Timeline timeline{{}};
  for (int i = 0; i < 10; ++i) look(timeline, i * 1s, {{"a", static_cast<double>(i)}});

  look(timeline, 4s, {{"a", 100}});

  EXPECT_EQ(timeline.look_count(), 5U);
  EXPECT_EQ(value_at(timeline, "a", 3), 3);
  EXPECT_EQ(value_at(timeline, "a", 4), 100);
}

}  // namespace
}  // namespace outrider::history
