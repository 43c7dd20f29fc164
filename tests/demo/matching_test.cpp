// SPDX-License-Identifier: Apache-2.0
// What the exchange answers, with and without faults.
#include "demo/matching.hpp"

#include <gtest/gtest.h>

namespace demo {
namespace {

/// A buyer's order that many cents above the best bid.
OrderMessage bid(const Market& market, std::uint64_t id, std::int64_t above_best) {
  OrderMessage order;
  order.order_id = id;
  order.quantity = 1;
  order.price = market.touch(0, Side::buy) + above_best;
  return order;
}

OrderMessage cancel_of(const OrderMessage& order) {
  OrderMessage request = order;
  request.type = MessageType::cancel;
  return request;
}

std::vector<MessageType> types(const Matching::Answers& answers) {
  std::vector<MessageType> types;
  for (const OrderMessage& answer : answers) types.push_back(answer.type);
  return types;
}

using Types = std::vector<MessageType>;

class Exchange : public testing::Test {
 protected:
  Market market{1};
  Matching matching{market};
  Matching::Answers answers;
};

TEST_F(Exchange, AcknowledgesAnOrderAndKeepsItUntilItIsCancelled) {
  const OrderMessage order = bid(market, 1, 0);

  matching.on_order(order, Fault::none, answers);
  EXPECT_EQ(matching.resting_count(), 1U);
  matching.on_order(cancel_of(order), Fault::none, answers);
  matching.on_order(cancel_of(order), Fault::none, answers);

  EXPECT_EQ(types(answers),
            (Types{MessageType::ack, MessageType::cancelled, MessageType::cancel_reject}));
  EXPECT_EQ(matching.resting_count(), 0U);
}

TEST_F(Exchange, FillsAnOrderThatReachesTheOtherSide) {
  matching.on_order(bid(market, 1, 2 * Market::half_spread), Fault::none, answers);

  EXPECT_EQ(types(answers), (Types{MessageType::ack, MessageType::fill}));
}

TEST_F(Exchange, FillsARestingOrderWhenThePriceComesToIt) {
  matching.on_order(bid(market, 1, 0), Fault::none, answers);
  answers.clear();

  matching.on_market(Fault::none, answers);
  EXPECT_TRUE(answers.empty());
  market.move(0, -2 * Market::half_spread);
  matching.on_market(Fault::none, answers);

  EXPECT_EQ(types(answers), Types{MessageType::fill});
}

TEST_F(Exchange, FillsOnlyTheBestPricedOrdersOfTheSideThatATakerHits) {
  matching.on_order(bid(market, 1, 0), Fault::none, answers);
  matching.on_order(bid(market, 2, -1), Fault::none, answers);
  answers.clear();

  matching.on_taker({.symbol = 0, .side = Side::sell}, Fault::none, answers);
  EXPECT_TRUE(answers.empty());
  matching.on_taker({.symbol = 0, .side = Side::buy}, Fault::none, answers);

  ASSERT_EQ(types(answers), Types{MessageType::fill});
  EXPECT_EQ(answers[0].order_id, 1U);
}

TEST_F(Exchange, RejectsNewOrdersButStillCancelsInARejectStorm) {
  const OrderMessage order = bid(market, 1, 0);
  matching.on_order(order, Fault::none, answers);
  answers.clear();

  matching.on_order(bid(market, 2, 0), Fault::reject_storm, answers);
  matching.on_order(cancel_of(order), Fault::reject_storm, answers);

  EXPECT_EQ(types(answers), (Types{MessageType::reject, MessageType::cancelled}));
}

TEST_F(Exchange, MovesThePriceAgainstEachFillInALosingStreak) {
  const std::int64_t before = market.touch(0, Side::sell);

  matching.on_order(bid(market, 1, 2 * Market::half_spread), Fault::losing_streak, answers);

  EXPECT_LT(market.touch(0, Side::sell), before - 2 * Market::half_spread);
}

TEST_F(Exchange, RefusesAnOrderNumberThatIsInUse) {
  matching.on_order(bid(market, 1, 0), Fault::none, answers);
  matching.on_order(bid(market, 1, 0), Fault::none, answers);

  EXPECT_EQ(types(answers), (Types{MessageType::ack, MessageType::reject}));
}

TEST(Fault, HasANameThatReadsBackAsItself) {
  for (const Fault fault : {Fault::none, Fault::latency_storm, Fault::reject_storm,
                            Fault::feed_stall, Fault::losing_streak}) {
    EXPECT_EQ(parse_fault(name(fault)), fault);
  }
  EXPECT_FALSE(parse_fault("rain"));
}

}  // namespace
}  // namespace demo
