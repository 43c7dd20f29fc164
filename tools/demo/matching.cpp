// SPDX-License-Identifier: Apache-2.0
// Orders are filled whole and at their own price: the trader under test is small.
#include "matching.hpp"

#include <array>
#include <utility>

namespace demo {
namespace {

constexpr std::array<std::pair<Fault, std::string_view>, 5> fault_names = {{
    {Fault::none, "none"},
    {Fault::latency_storm, "latency-storm"},
    {Fault::reject_storm, "reject-storm"},
    {Fault::feed_stall, "feed-stall"},
    {Fault::losing_streak, "losing-streak"},
}};

/// More than the spread, so that a round trip that crosses it loses.
constexpr std::int64_t adverse_move = 4;

OrderMessage answer_to(const OrderMessage& order, MessageType type) {
  OrderMessage answer = order;
  answer.type = type;
  return answer;
}

}  // namespace

std::optional<Fault> parse_fault(std::string_view text) {
  for (const auto& [fault, word] : fault_names) {
    if (word == text) return fault;
  }
  return std::nullopt;
}

std::string_view name(Fault fault) {
  return fault_names[static_cast<std::size_t>(fault)].second;
}

void Matching::on_order(const OrderMessage& order, Fault fault, Answers& answers) {
  if (order.type == MessageType::cancel) return cancel(order, answers);
  if (fault == Fault::reject_storm || resting_.contains(order.order_id)) {
    answers.push_back(answer_to(order, MessageType::reject));
    return;
  }
  answers.push_back(answer_to(order, MessageType::ack));
  const auto resting = resting_.emplace(order.order_id, order).first;
  if (is_reached(order)) fill(resting, fault, answers);
}

void Matching::cancel(const OrderMessage& request, Answers& answers) {
  const bool found = resting_.erase(request.order_id) > 0;
  answers.push_back(
      answer_to(request, found ? MessageType::cancelled : MessageType::cancel_reject));
}

void Matching::on_market(Fault fault, Answers& answers) {
  for (auto order = resting_.begin(); order != resting_.end();) {
    order = is_reached(order->second) ? fill(order, fault, answers) : std::next(order);
  }
}

void Matching::on_taker(const Market::Taker& taker, Fault fault, Answers& answers) {
  for (auto order = resting_.begin(); order != resting_.end();) {
    const OrderMessage& resting = order->second;
    const bool is_hit = resting.symbol == taker.symbol && resting.side == taker.side &&
                        resting.price == market_.touch(taker.symbol, taker.side);
    order = is_hit ? fill(order, fault, answers) : std::next(order);
  }
}

Matching::Resting::iterator Matching::fill(Resting::iterator order, Fault fault, Answers& answers) {
  const OrderMessage filled = order->second;
  answers.push_back(answer_to(filled, MessageType::fill));
  if (fault == Fault::losing_streak) {
    market_.move(filled.symbol, filled.side == Side::buy ? -adverse_move : adverse_move);
  }
  return resting_.erase(order);
}

bool Matching::is_reached(const OrderMessage& order) const {
  const std::int64_t touch = market_.touch(order.symbol, opposite(order.side));
  return order.side == Side::buy ? order.price >= touch : order.price <= touch;
}

}  // namespace demo
