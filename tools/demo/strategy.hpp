// SPDX-License-Identifier: Apache-2.0
// What the trader wants next on one side of one symbol: rest one order at the
// best price, follow the price, stay within a position limit. Pure.
#pragma once

#include <cstdint>

#include "order_book.hpp"
#include "wire.hpp"

namespace demo {

inline constexpr std::uint32_t order_quantity = 1;
inline constexpr std::int64_t position_limit = 5;
/// Against this share of the quantity at the best prices no quote is made: the
/// price is about to move.
inline constexpr double adverse_pressure = 0.05;

/// The trader's one order on a side, as far as the decision needs it.
struct Quote {
  enum class State { none, in_flight, resting } state = State::none;
  std::int64_t price = 0;
};

struct Decision {
  enum class Action { nothing, enter, cancel } action = Action::nothing;
  std::int64_t price = 0;
};

Decision decide(const OrderBook& book, Side side, std::int64_t position, const Quote& quote);

}  // namespace demo
