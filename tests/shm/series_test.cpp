// SPDX-License-Identifier: Apache-2.0
// What may be registered, and that a table written by an enemy is read without
// harm: every offset and length in it is checked before it is used.
#include "outrider/shm/series.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "outrider/shm/hdr.hpp"

namespace {

using namespace outrider::shm;

SeriesInfo counter(const std::string& name) {
  SeriesInfo info;
  info.name = name;
  return info;
}

SeriesInfo histogram(std::vector<double> bounds) {
  SeriesInfo info = counter("order_send_seconds");
  info.kind = SeriesKind::histogram;
  info.unit = SeriesUnit::ticks;
  info.scale = 1e-9;
  info.bounds = std::move(bounds);
  return info;
}

SeriesInfo labelled(std::vector<std::pair<std::string, std::string>> labels) {
  SeriesInfo info = counter("orders_total");
  info.labels = std::move(labels);
  return info;
}

bool refused_for(const SeriesInfo& info, const std::string& words) {
  return refusal_of(info).find(words) != std::string::npos;
}

TEST(SeriesName, MatchesWhatPrometheusAllows) {
  for (const char* good : {"a", "_a", ":a", "orders_total", "A9:b"})
    EXPECT_EQ(refusal_of(counter(good)), "") << good;
  for (const char* bad : {"", "9a", "a-b", "a b", "a.b", "\xc3\xa9", "a{"})
    EXPECT_TRUE(refused_for(counter(bad), "needed [a-zA-Z_:]")) << bad;
}

TEST(SeriesName, IsRefusedAbove1024Bytes) {
  EXPECT_EQ(refusal_of(counter(std::string(1024, 'a'))), "");
  EXPECT_TRUE(refused_for(counter(std::string(1025, 'a')),
                          "found 1025 bytes; needed UTF-8 of at most 1024"));
}

TEST(SeriesHelp, IsUtf8WithoutNulOfAtMost1024Bytes) {
  for (const std::string& bad :
       {std::string("\xff"), std::string("a\0b", 3), std::string(1025, 'a')}) {
    SeriesInfo info = counter("orders_total");
    info.help = bad;
    EXPECT_TRUE(refused_for(info, "help"));
  }
}

TEST(SeriesLabels, HaveNamesThatPrometheusAllows) {
  EXPECT_EQ(refusal_of(labelled({{"strategy", "mm1"}, {"venue", "binance"}})), "");
  for (const char* bad : {"", "9a", "a-b", "a:b", "a b"})
    EXPECT_TRUE(refused_for(labelled({{bad, "x"}}), "needed [a-zA-Z_]")) << bad;
  EXPECT_TRUE(refused_for(labelled({{"__name__", "x"}}), "Prometheus' own"));
  EXPECT_TRUE(refused_for(labelled({{"le", "x"}}), "exposition's own"));
  EXPECT_TRUE(refused_for(labelled({{"quantile", "x"}}), "exposition's own"));
}

TEST(SeriesLabels, AreGivenOnceAndInOrder) {
  EXPECT_TRUE(refused_for(labelled({{"a", "1"}, {"a", "2"}}), "twice; needed once"));
  EXPECT_FALSE(refusal_of(labelled({{"b", "1"}, {"a", "2"}})).empty());
}

TEST(SeriesLabels, HaveTextForValues) {
  EXPECT_EQ(refusal_of(labelled({{"a", ""}})), "");
  EXPECT_EQ(refusal_of(labelled({{"a", "\xe2\x82\xac \"\\\n"}})), "");
  EXPECT_TRUE(refused_for(labelled({{"a", "\xff"}}), "not UTF-8"));
  EXPECT_TRUE(refused_for(labelled({{"a", std::string("x\0y", 3)}}), "found a NUL; needed UTF-8"));
  EXPECT_TRUE(
      refused_for(labelled({{"a", std::string(1025, 'x')}}), "found 1025 bytes; needed UTF-8"));
}

TEST(SeriesLabels, NeverMakeOneTextOfTwoSeries) {
  SeriesInfo one;
  one.name = "orders_total";
  one.labels = {{"a", "b\",c=\"d\\"}};
  SeriesInfo other = one;
  other.labels = {{"a", "b"}, {"c", "d\\"}};
  EXPECT_EQ(one.text(), R"(orders_total{a="b\",c=\"d\\"})");
  EXPECT_NE(one.text(), other.text());
}

TEST(SeriesLabels, AreAtMost32) {
  std::vector<std::pair<std::string, std::string>> labels;
  for (char c = 'a'; c < 'a' + 16; ++c) {
    labels.emplace_back(std::string{c, '1'}, "x");
    labels.emplace_back(std::string{c, '2'}, "x");
  }
  EXPECT_EQ(refusal_of(labelled(labels)), "");
  labels.emplace_back("z", "x");
  EXPECT_TRUE(refused_for(labelled(labels), "needed at most 32"));
}

TEST(HistogramSeries, NeedsAUnitAScaleAndKnownFigures) {
  EXPECT_EQ(refusal_of(histogram({})), "");
  SeriesInfo info = histogram({});
  info.unit = SeriesUnit::none;
  EXPECT_TRUE(refused_for(info, "without unit; needed one"));
  for (const double scale : {0.0, -1.0, std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
    info = histogram({});
    info.scale = scale;
    EXPECT_TRUE(refused_for(info, "needed a positive number")) << scale;
  }
  for (const int figures : {-1, 0, 1, 4}) {
    info = histogram({});
    info.significant_figures = figures;
    EXPECT_TRUE(refused_for(info, "needed 2 or 3")) << figures;
  }
}

TEST(HistogramSeries, HasAscendingFiniteBoundsOfWhich64AreEnough) {
  EXPECT_EQ(refusal_of(histogram({0, 0.001, 1})), "");
  EXPECT_TRUE(refused_for(histogram({1, 1}), "needed them to ascend"));
  EXPECT_TRUE(refused_for(histogram({2, 1}), "needed them to ascend"));
  EXPECT_TRUE(refused_for(histogram({-1, 1}), "from 0 up"));
  EXPECT_TRUE(refused_for(histogram({std::numeric_limits<double>::infinity()}), "finite"));
  EXPECT_TRUE(refused_for(histogram({std::numeric_limits<double>::quiet_NaN()}), "finite"));
  std::vector<double> many(64);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i);
  EXPECT_EQ(refusal_of(histogram(many)), "");
  many.push_back(100);
  EXPECT_TRUE(refused_for(histogram(many), "at most 64"));
}

TEST(Utf8, IsRecognisedByItsExactDefinition) {
  for (const char* good : {"", "abc", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf", "\xe2\x82",
        "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_FALSE(is_utf8(bad)) << testing::PrintToString(bad);
  }
}

TEST(BoundInUnits, IsTheWholeUnitThatABoundMeans) {
  EXPECT_EQ(bound_in_units(0.005, 1e-9), 5'000'000U);
  EXPECT_EQ(bound_in_units(2.5e-6, 1e-9), 2'500U);
  EXPECT_EQ(bound_in_units(1e-9, 1e-9), 1U);
  EXPECT_EQ(bound_in_units(10, 1e-9), 10'000'000'000U);
  EXPECT_EQ(bound_in_units(0.29, 0.01), 29U);
  EXPECT_EQ(bound_in_units(100, 1), 100U);
}

TEST(BoundInUnits, RoundsDownBetweenUnitsAndStaysInRange) {
  EXPECT_EQ(bound_in_units(2.7, 1), 2U);
  EXPECT_EQ(bound_in_units(0.4, 1), 0U);
  EXPECT_EQ(bound_in_units(0, 1), 0U);
  EXPECT_EQ(bound_in_units(1e300, 1e-9), highest_trackable_value);
}

/// A table as a trader writes it.
class Table {
 public:
  Table() : entries_(4 * sizeof(SeriesEntry)), text_(2048) {
    EXPECT_TRUE(write_series(table(), 0, labelled({{"strategy", "mm1"}, {"venue", "x"}}), used_));
    EXPECT_TRUE(write_series(table(), 1, histogram({0.001, 0.01, 1}), used_));
    SeriesInfo gauge = counter("pnl_usd");
    gauge.kind = SeriesKind::gauge_f64;
    gauge.help = "Profit and loss";
    EXPECT_TRUE(write_series(table(), 2, gauge, used_));
  }

  [[nodiscard]] SeriesTable<std::byte> table() { return {entries_, text_}; }
  [[nodiscard]] std::optional<SeriesInfo> read(std::uint32_t number) const {
    return read_series({entries_, text_}, number);
  }
  [[nodiscard]] SeriesEntry entry(std::uint32_t number) const {
    SeriesEntry entry;
    std::memcpy(&entry, entries_.data() + number * sizeof entry, sizeof entry);
    return entry;
  }
  void set_entry(std::uint32_t number, const SeriesEntry& entry) {
    std::memcpy(entries_.data() + number * sizeof entry, &entry, sizeof entry);
  }
  /// One byte of all that a trader may write.
  std::byte& byte(std::size_t number) {
    return number < entries_.size() ? entries_[number] : text_[number - entries_.size()];
  }
  [[nodiscard]] std::size_t bytes() const { return entries_.size() + used_; }
  std::uint32_t& used() { return used_; }

 private:
  std::vector<std::byte> entries_;
  std::vector<std::byte> text_;
  std::uint32_t used_ = 0;
};

TEST(SeriesTable, GivesBackWhatWasWritten) {
  const Table table;
  const auto labelled_counter = table.read(0);
  ASSERT_TRUE(labelled_counter);
  EXPECT_EQ(labelled_counter->text(), "orders_total{strategy=\"mm1\",venue=\"x\"}");
  const auto distribution = table.read(1);
  ASSERT_TRUE(distribution);
  EXPECT_TRUE(distribution->same_shape(histogram({0.001, 0.01, 1})));
  const auto gauge = table.read(2);
  ASSERT_TRUE(gauge);
  EXPECT_EQ(gauge->help, "Profit and loss");
}

TEST(SeriesTable, TakesNothingThatDoesNotFit) {
  Table table;
  const std::uint32_t used = table.used();
  EXPECT_FALSE(write_series(table.table(), 4, counter("a"), table.used()));
  SeriesInfo info = counter("a");
  info.help = std::string(3000, 'a');
  EXPECT_FALSE(write_series(table.table(), 3, info, table.used()));
  EXPECT_EQ(table.used(), used);
}

TEST(SeriesTable, HasNothingBehindItsEnd) {
  const Table table;
  EXPECT_FALSE(table.read(4));
  EXPECT_FALSE(table.read(~std::uint32_t{0}));
}

TEST(SeriesTable, GivesNothingForAnOffsetOrLengthOutsideItsText) {
  using Word = std::uint32_t SeriesEntry::*;
  for (const Word word :
       {&SeriesEntry::name_offset, &SeriesEntry::name_bytes, &SeriesEntry::help_offset,
        &SeriesEntry::help_bytes, &SeriesEntry::labels_offset, &SeriesEntry::labels_bytes,
        &SeriesEntry::bounds_offset, &SeriesEntry::bounds_count}) {
    for (const std::uint32_t value : {2049U, 0x7fff'ffffU, 0x8000'0000U, 0xffff'ffffU}) {
      Table table;
      SeriesEntry entry = table.entry(1);
      entry.*word = value;
      table.set_entry(1, entry);
      EXPECT_FALSE(table.read(1)) << value;
    }
  }
}

TEST(SeriesTable, GivesNothingForAKindOrUnitThatIsNone) {
  for (const std::uint32_t kind : {0U, 7U, 0xffff'ffffU}) {
    Table table;
    SeriesEntry entry = table.entry(0);
    entry.kind = kind;
    table.set_entry(0, entry);
    EXPECT_FALSE(table.read(0)) << kind;
  }
  Table table;
  SeriesEntry entry = table.entry(1);
  entry.unit = 4;
  table.set_entry(1, entry);
  EXPECT_FALSE(table.read(1));
}

TEST(SeriesTable, GivesNothingUnlessItCouldHaveBeenRegisteredHoweverItIsDamaged) {
  std::mt19937 random{20261121};
  for (int round = 0; round < 20'000; ++round) {
    Table table;
    const std::uint_fast32_t damages = 1 + random() % 6;
    for (std::uint_fast32_t i = 0; i < damages; ++i)
      table.byte(random() % table.bytes()) = static_cast<std::byte>(random());
    for (std::uint32_t number = 0; number < 5; ++number) {
      const auto info = table.read(number);
      if (info) {
        ASSERT_EQ(refusal_of(*info), "") << "round " << round;
      }
    }
  }
}

}  // namespace
