// SPDX-License-Identifier: Apache-2.0
// What the exchange does with an order: acknowledge, fill, reject, cancel. Pure:
// it is given messages and returns answers; a fault changes the decision.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "market.hpp"
#include "wire.hpp"

namespace demo {

/// What goes wrong on request.
enum class Fault {
  none,
  latency_storm,  ///< answers leave late
  reject_storm,   ///< every new order is rejected
  feed_stall,     ///< no packet is sent
  losing_streak,  ///< after each fill the price moves against the trader
};

std::optional<Fault> parse_fault(std::string_view name);
std::string_view name(Fault fault);

class Matching {
 public:
  explicit Matching(Market& market) : market_{market} {}

  using Answers = std::vector<OrderMessage>;
  /// Appends what is to be sent back, in order.
  void on_order(const OrderMessage& order, Fault fault, Answers& answers);
  /// Fills the resting orders that the price has reached.
  void on_market(Fault fault, Answers& answers);
  /// Fills the best-priced resting orders that a taker hits.
  void on_taker(const Market::Taker& taker, Fault fault, Answers& answers);
  /// The trader has gone: its orders go with it.
  void drop_all() { resting_.clear(); }
  [[nodiscard]] std::size_t resting_count() const { return resting_.size(); }

 private:
  using Resting = std::map<std::uint64_t, OrderMessage>;  ///< by order id
  void cancel(const OrderMessage& request, Answers& answers);
  Resting::iterator fill(Resting::iterator order, Fault fault, Answers& answers);
  [[nodiscard]] bool is_reached(const OrderMessage& order) const;

  Market& market_;
  Resting resting_;
};

}  // namespace demo
