// SPDX-License-Identifier: Apache-2.0
// The trader's order book.
#include "demo/order_book.hpp"

#include <gtest/gtest.h>

#include "demo/market.hpp"

namespace demo {
namespace {

TEST(OrderBook, KeepsTheBestPriceOfEachSideFirst) {
  OrderBook book;

  book.apply(Side::buy, {98, 1});
  book.apply(Side::buy, {99, 2});
  book.apply(Side::buy, {97, 3});
  book.apply(Side::sell, {102, 4});
  book.apply(Side::sell, {101, 5});

  ASSERT_EQ(book.levels(Side::buy).size(), 3U);
  EXPECT_EQ(book.levels(Side::buy)[0].price, 99);
  EXPECT_EQ(book.levels(Side::buy)[2].price, 97);
  EXPECT_EQ(book.best(Side::sell)->price, 101);
  EXPECT_DOUBLE_EQ(*book.mid(), 100);
}

TEST(OrderBook, ReplacesTheQuantityOfAKnownLevel) {
  OrderBook book;
  book.apply(Side::buy, {99, 2});

  book.apply(Side::buy, {99, 7});

  ASSERT_EQ(book.levels(Side::buy).size(), 1U);
  EXPECT_EQ(book.best(Side::buy)->quantity, 7U);
}

TEST(OrderBook, ForgetsALevelWhoseQuantityIsZero) {
  OrderBook book;
  book.apply(Side::sell, {101, 2});
  book.apply(Side::sell, {102, 3});

  book.apply(Side::sell, {101, 0});
  book.apply(Side::sell, {105, 0});  // never known

  ASSERT_EQ(book.levels(Side::sell).size(), 1U);
  EXPECT_EQ(book.best(Side::sell)->price, 102);
}

TEST(OrderBook, DropsTheWorstLevelWhenItIsFull) {
  OrderBook book;
  for (std::int64_t i = 0; i < 10; ++i) book.apply(Side::buy, {100 - i, 1});

  book.apply(Side::buy, {101, 1});
  book.apply(Side::buy, {50, 1});

  EXPECT_EQ(book.levels(Side::buy).size(), OrderBook::depth);
  EXPECT_EQ(book.best(Side::buy)->price, 101);
  EXPECT_EQ(book.levels(Side::buy).back().price, 92);
}

TEST(OrderBook, IsNeverCrossedBecauseTheNewerLevelWins) {
  OrderBook book;
  book.apply(Side::sell, {101, 1});
  book.apply(Side::sell, {102, 1});
  book.apply(Side::sell, {103, 1});

  book.apply(Side::buy, {102, 1});  // the deletions of 101 and 102 were lost

  EXPECT_EQ(book.best(Side::buy)->price, 102);
  EXPECT_EQ(book.best(Side::sell)->price, 103);
}

TEST(OrderBook, HasNoMidWhileASideIsUnknown) {
  OrderBook book;
  EXPECT_FALSE(book.mid());
  EXPECT_DOUBLE_EQ(book.buy_pressure(), 0.5);

  book.apply(Side::buy, {99, 3});
  EXPECT_FALSE(book.mid());

  book.apply(Side::sell, {101, 1});
  EXPECT_DOUBLE_EQ(*book.mid(), 100);
  EXPECT_DOUBLE_EQ(book.buy_pressure(), 0.75);
}

TEST(OrderBook, FollowsTheExchangesOwnBookOverALongFeed) {
  Market market{42};
  std::array<OrderBook, symbol_count> books;
  constexpr int packets = 200'000;

  for (int i = 0; i < packets; ++i) {
    const BookUpdate update = market.next();
    OrderBook& book = books[update.symbol];
    book.apply(update.side, {update.price, update.quantity});
    if (book.mid()) {
      ASSERT_LT(book.best(Side::buy)->price, book.best(Side::sell)->price);
    }
  }

  // A move is four packets, and the last one may be under way.
  for (std::size_t symbol = 0; symbol < symbol_count; ++symbol) {
    for (const Side side : {Side::buy, Side::sell}) {
      EXPECT_NEAR(static_cast<double>(books[symbol].best(side)->price),
                  static_cast<double>(market.touch(symbol, side)), 1.0);
    }
  }
}

}  // namespace
}  // namespace demo
