// SPDX-License-Identifier: Apache-2.0
// Sorted arrays: with ten levels they beat every tree.
#include "order_book.hpp"

#include <algorithm>

namespace demo {
namespace {

/// Whether `price` is served before `other` on that side.
bool is_better(Side side, std::int64_t price, std::int64_t other) {
  return side == Side::buy ? price > other : price < other;
}

}  // namespace

void OrderBook::erase(Ladder& ladder, std::size_t position) noexcept {
  std::copy(ladder.levels.begin() + static_cast<std::ptrdiff_t>(position) + 1,
            ladder.levels.begin() + static_cast<std::ptrdiff_t>(ladder.count),
            ladder.levels.begin() + static_cast<std::ptrdiff_t>(position));
  --ladder.count;
}

void OrderBook::insert(Ladder& ladder, std::size_t position, Level level) noexcept {
  if (position == depth) return;  // worse than all that are kept
  if (ladder.count < depth) ++ladder.count;
  std::copy_backward(ladder.levels.begin() + static_cast<std::ptrdiff_t>(position),
                     ladder.levels.begin() + static_cast<std::ptrdiff_t>(ladder.count) - 1,
                     ladder.levels.begin() + static_cast<std::ptrdiff_t>(ladder.count));
  ladder.levels[position] = level;
}

void OrderBook::remove_crossed(Side side, std::int64_t price) noexcept {
  Ladder& ladder = ladders_[index(side)];
  while (ladder.count > 0 && (price == ladder.levels[0].price ||
                              is_better(opposite(side), price, ladder.levels[0].price))) {
    erase(ladder, 0);
  }
}

void OrderBook::apply(Side side, Level level) noexcept {
  Ladder& ladder = ladders_[index(side)];
  std::size_t position = 0;
  while (position < ladder.count && is_better(side, ladder.levels[position].price, level.price)) {
    ++position;
  }
  const bool known = position < ladder.count && ladder.levels[position].price == level.price;
  if (level.quantity == 0) {
    if (known) erase(ladder, position);
    return;
  }
  remove_crossed(opposite(side), level.price);
  if (known) {
    ladder.levels[position] = level;
  } else {
    insert(ladder, position, level);
  }
}

std::span<const Level> OrderBook::levels(Side side) const noexcept {
  const Ladder& ladder = ladders_[index(side)];
  return {ladder.levels.data(), ladder.count};
}

std::optional<Level> OrderBook::best(Side side) const noexcept {
  const Ladder& ladder = ladders_[index(side)];
  if (ladder.count == 0) return std::nullopt;
  return ladder.levels[0];
}

std::optional<double> OrderBook::mid() const noexcept {
  const auto bid = best(Side::buy);
  const auto ask = best(Side::sell);
  if (!bid || !ask) return std::nullopt;
  return static_cast<double>(bid->price + ask->price) / 2;
}

double OrderBook::buy_pressure() const noexcept {
  const auto bid = best(Side::buy);
  const auto ask = best(Side::sell);
  if (!bid || !ask) return 0.5;
  const double bids = bid->quantity;
  return bids / (bids + ask->quantity);
}

}  // namespace demo
