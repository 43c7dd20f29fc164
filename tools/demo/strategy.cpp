// SPDX-License-Identifier: Apache-2.0
// Market making with one look at the momentum.
#include "strategy.hpp"

namespace demo {
namespace {

bool wants_quote(const OrderBook& book, Side side, std::int64_t position) {
  const double pressure = book.buy_pressure();
  if (side == Side::buy) return position < position_limit && pressure >= adverse_pressure;
  return position > -position_limit && pressure <= 1 - adverse_pressure;
}

}  // namespace

Decision decide(const OrderBook& book, Side side, std::int64_t position, const Quote& quote) {
  if (!book.mid() || quote.state == Quote::State::in_flight) return {};
  const std::int64_t price = book.best(side)->price;
  if (quote.state == Quote::State::none) {
    if (!wants_quote(book, side, position)) return {};
    return {Decision::Action::enter, price};
  }
  if (quote.price == price) return {};
  return {Decision::Action::cancel, quote.price};
}

}  // namespace demo
