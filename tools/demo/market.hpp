// SPDX-License-Identifier: Apache-2.0
// The exchange's own books: a seeded random walk with a fixed ladder around
// each mid price. Pure: the same seed and the same calls give the same feed.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <random>

#include "wire.hpp"

namespace demo {

class Market {
 public:
  static constexpr std::int64_t half_spread = 1;  ///< cents from the mid to the best price
  static constexpr std::int64_t levels = 5;       ///< on each side

  explicit Market(std::uint64_t seed);

  /// The next level to publish, without sequence and time. Moves a mid price now and then.
  BookUpdate next();
  /// The best price on that side of the book: Side::buy is the bid, Side::sell the ask.
  [[nodiscard]] std::int64_t touch(std::size_t symbol, Side book_side) const;
  /// Moves the mid price by that many cents; the changed levels are published first.
  void move(std::size_t symbol, std::int64_t cents);

  struct Taker {
    std::uint8_t symbol = 0;
    Side side = Side::buy;  ///< of the resting orders that it hits
  };
  /// True when somebody trades against the resting orders at this step.
  bool taker(Taker& taker);

 private:
  void step(std::size_t symbol, std::int64_t direction);
  void publish(std::size_t symbol, Side side, std::int64_t price, std::uint32_t quantity);
  std::uint32_t random_quantity();

  std::mt19937_64 random_;
  std::array<std::int64_t, symbol_count> mids_{};
  std::deque<BookUpdate> pending_;
};

}  // namespace demo
