// SPDX-License-Identifier: Apache-2.0
// The trader's decisions and its books: quotes, position, profit.
#include <gtest/gtest.h>

#include "demo/portfolio.hpp"
#include "demo/strategy.hpp"

namespace demo {
namespace {

OrderBook balanced_book() {
  OrderBook book;
  book.apply(Side::buy, {99, 10});
  book.apply(Side::sell, {101, 10});
  return book;
}

using Action = Decision::Action;

TEST(Strategy, QuotesTheBestPriceWhenItHasNoOrderThere) {
  const OrderBook book = balanced_book();

  const Decision buy = decide(book, Side::buy, 0, {});
  const Decision sell = decide(book, Side::sell, 0, {});

  EXPECT_EQ(buy.action, Action::enter);
  EXPECT_EQ(buy.price, 99);
  EXPECT_EQ(sell.action, Action::enter);
  EXPECT_EQ(sell.price, 101);
}

TEST(Strategy, WaitsForTheBookAndForAnswers) {
  OrderBook half;
  half.apply(Side::buy, {99, 10});

  EXPECT_EQ(decide(half, Side::buy, 0, {}).action, Action::nothing);
  EXPECT_EQ(decide(balanced_book(), Side::buy, 0, {Quote::State::in_flight, 90}).action,
            Action::nothing);
}

TEST(Strategy, CancelsAQuoteThatThePriceHasLeftAndKeepsOneAtTheBest) {
  const OrderBook book = balanced_book();

  EXPECT_EQ(decide(book, Side::buy, 0, {Quote::State::resting, 98}).action, Action::cancel);
  EXPECT_EQ(decide(book, Side::buy, 0, {Quote::State::resting, 99}).action, Action::nothing);
}

TEST(Strategy, StopsAddingAtThePositionLimit) {
  const OrderBook book = balanced_book();

  EXPECT_EQ(decide(book, Side::buy, position_limit, {}).action, Action::nothing);
  EXPECT_EQ(decide(book, Side::sell, position_limit, {}).action, Action::enter);
  EXPECT_EQ(decide(book, Side::sell, -position_limit, {}).action, Action::nothing);
}

TEST(Strategy, DoesNotQuoteAgainstTheMomentum) {
  OrderBook book;
  book.apply(Side::buy, {99, 1});
  book.apply(Side::sell, {101, 99});

  EXPECT_EQ(decide(book, Side::buy, 0, {}).action, Action::nothing);
  EXPECT_EQ(decide(book, Side::sell, 0, {}).action, Action::enter);
}

TEST(Portfolio, EarnsTheSpreadOfARoundTrip) {
  Portfolio portfolio;

  EXPECT_FALSE(portfolio.on_fill(Side::buy, 99, 2));
  EXPECT_DOUBLE_EQ(portfolio.profit(100), 2);
  const auto won = portfolio.on_fill(Side::sell, 101, 2);

  EXPECT_DOUBLE_EQ(won.value(), 4);
  EXPECT_EQ(portfolio.position(), 0);
  EXPECT_DOUBLE_EQ(portfolio.profit(500), 4);
}

TEST(Portfolio, CostsTheAverageOfWhatWasPaid) {
  Portfolio portfolio;
  portfolio.on_fill(Side::buy, 100, 1);
  portfolio.on_fill(Side::buy, 104, 1);

  EXPECT_DOUBLE_EQ(portfolio.on_fill(Side::sell, 101, 1).value(), -1);
}

TEST(Portfolio, TurnsFromLongToShortInOneFill) {
  Portfolio portfolio;
  portfolio.on_fill(Side::buy, 100, 1);

  EXPECT_DOUBLE_EQ(portfolio.on_fill(Side::sell, 103, 3).value(), 3);
  EXPECT_EQ(portfolio.position(), -2);
  EXPECT_DOUBLE_EQ(portfolio.on_fill(Side::buy, 104, 2).value(), -2);
}

}  // namespace
}  // namespace demo
