// SPDX-License-Identifier: Apache-2.0
// Trades out of two growing series, look by look.
#include "analytics/trade_book.hpp"

#include <gtest/gtest.h>

namespace outrider::analytics {
namespace {

using namespace std::chrono_literals;
using Results = std::vector<double>;

/// A book that is looked at each 100 ms.
struct TradesOfALook : ::testing::Test {
  TradeBook book;
  nanoseconds now = 0s;

  void look(double trades, double realized) {
    book.observe(now += 100ms, TradeBook::Totals{trades, realized});
  }
  void look_away() { book.observe(now += 100ms, std::nullopt); }
  [[nodiscard]] Results all() const { return book.last_results(TradeBook::capacity); }
};

TEST_F(TradesOfALook, AreWhatTheResultChangesByOneLookLater) {
  look(5, 100);
  look(6, 130);
  EXPECT_EQ(all(), Results{});  // the other store may still come
  look(6, 130);
  EXPECT_EQ(all(), Results{30});
  look(7, 110);
  look(7, 110);
  EXPECT_EQ(all(), (Results{30, -20}));
  EXPECT_EQ(book.merged(), 0U);
}

TEST_F(TradesOfALook, AreWholeWhicheverStoreIsSeenFirst) {
  look(0, 0);
  look(1, 0);  // counted, not yet booked
  look(1, 25);
  EXPECT_EQ(all(), Results{25});
  look(1, 25);
  look(1, 35);  // booked, not yet counted
  look(2, 35);
  look(2, 35);
  EXPECT_EQ(all(), (Results{25, 10}));
}

TEST_F(TradesOfALook, ShareTheirResultWhenTheyComeTogether) {
  look(0, 0);
  look(3, 30);
  look(3, 30);
  EXPECT_EQ(all(), (Results{10, 10, 10}));
  EXPECT_EQ(book.merged(), 3U);
  look(4, 35);
  look(5, 45);  // one more while the first is waited for
  EXPECT_EQ(all(), (Results{10, 10, 10, 7.5, 7.5}));
  EXPECT_EQ(book.merged(), 5U);
}

TEST_F(TradesOfALook, AreNotMadeOfWhatMovesWithoutATrade) {
  look(0, 0);
  look(0, -3);  // a fee, or a total read from disk
  look(0, -3);
  look(1, 7);
  look(1, 7);
  EXPECT_EQ(all(), Results{10});
}

TEST_F(TradesOfALook, BeginAnewWithAnotherCount) {
  look(10, 500);
  look_away();
  EXPECT_FALSE(book.is_watching());
  look(11, 0);
  look(12, 5);
  look(12, 5);
  EXPECT_EQ(all(), Results{5});
  look(1, 900);
  look(2, 901);
  look(2, 901);
  EXPECT_EQ(all(), (Results{5, 1}));
}

TEST_F(TradesOfALook, AreTheLastOnesThatTheBookHasRoomFor) {
  look(0, 0);
  constexpr auto room = static_cast<int>(TradeBook::capacity);
  for (int i = 1; i <= room + 5; ++i) {
    look(i, i * (i + 1) / 2.0);  // the i-th makes i
    look(i, i * (i + 1) / 2.0);
  }
  ASSERT_EQ(all().size(), std::size_t{TradeBook::capacity});
  EXPECT_EQ(all().front(), 6);
  EXPECT_EQ(book.last_results(2), (Results{room + 4, room + 5}));
  look(1e6, 0);  // as many as there is room for, and no more
  look(1e6, 0);
  EXPECT_EQ(all().size(), TradeBook::capacity);
}

TEST_F(TradesOfALook, HaveATime) {
  look(0, 0);
  look(1, 10);
  look(1, 10);
  const nanoseconds first = now;
  now += 24h;
  look(2, 30);
  look(2, 30);
  EXPECT_EQ(book.results_since(first - 1ns), (Results{10, 20}));
  EXPECT_EQ(book.results_since(first), Results{20});
}

}  // namespace
}  // namespace outrider::analytics
