// SPDX-License-Identifier: Apache-2.0
// The random walk.
#include "market.hpp"

namespace demo {
namespace {

constexpr std::array<std::int64_t, symbol_count> opening_mids = {6'000'000, 300'000};
// Chosen so that market making earns its spread more often than not: takers come
// ten times as often as the price moves.
constexpr double move_probability = 0.01;
constexpr double taker_probability = 0.10;

}  // namespace

Market::Market(std::uint64_t seed) : random_{seed}, mids_{opening_mids} {
  for (std::size_t symbol = 0; symbol < symbol_count; ++symbol) {
    for (std::int64_t level = 0; level < levels; ++level) {
      const std::int64_t distance = half_spread + level;
      publish(symbol, Side::buy, mids_[symbol] - distance, random_quantity());
      publish(symbol, Side::sell, mids_[symbol] + distance, random_quantity());
    }
  }
}

BookUpdate Market::next() {
  if (pending_.empty()) {
    const std::size_t symbol = random_() % symbol_count;
    if (std::bernoulli_distribution{move_probability}(random_)) {
      move(symbol, random_() % 2 == 0 ? 1 : -1);
    } else {
      const Side side = random_() % 2 == 0 ? Side::buy : Side::sell;
      const auto distance = half_spread + static_cast<std::int64_t>(random_() % levels);
      publish(symbol, side, mids_[symbol] + (side == Side::buy ? -distance : distance),
              random_quantity());
    }
  }
  const BookUpdate update = pending_.front();
  pending_.pop_front();
  return update;
}

std::int64_t Market::touch(std::size_t symbol, Side book_side) const {
  return mids_[symbol] + (book_side == Side::buy ? -half_spread : half_spread);
}

void Market::move(std::size_t symbol, std::int64_t cents) {
  const std::int64_t direction = cents < 0 ? -1 : 1;
  for (; cents != 0; cents -= direction) step(symbol, direction);
}

void Market::step(std::size_t symbol, std::int64_t direction) {
  // The side that the price moves away from gains a best level and loses its
  // worst; the other side loses its best and gains a worst.
  const Side trailing = direction > 0 ? Side::buy : Side::sell;
  const std::int64_t mid = mids_[symbol];
  const std::int64_t reach = half_spread + levels;
  publish(symbol, opposite(trailing), mid + direction * half_spread, 0);
  publish(symbol, opposite(trailing), mid + direction * reach, random_quantity());
  publish(symbol, trailing, mid + direction * (1 - half_spread), random_quantity());
  publish(symbol, trailing, mid - direction * (reach - 1), 0);
  mids_[symbol] = mid + direction;
}

bool Market::taker(Taker& taker) {
  if (!std::bernoulli_distribution{taker_probability}(random_)) return false;
  taker.symbol = static_cast<std::uint8_t>(random_() % symbol_count);
  taker.side = random_() % 2 == 0 ? Side::buy : Side::sell;
  return true;
}

void Market::publish(std::size_t symbol, Side side, std::int64_t price, std::uint32_t quantity) {
  BookUpdate update;
  update.symbol = static_cast<std::uint8_t>(symbol);
  update.side = side;
  update.price = price;
  update.quantity = quantity;
  pending_.push_back(update);
}

std::uint32_t Market::random_quantity() {
  return 1 + static_cast<std::uint32_t>(random_() % 100);
}

}  // namespace demo
