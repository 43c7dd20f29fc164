// SPDX-License-Identifier: Apache-2.0
// The trader's view of one symbol: price levels on two sides, best first. Never
// crossed: a newer level wins over the older ones it would cross, so that a
// lost packet heals itself. No allocation after construction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "wire.hpp"

namespace demo {

struct Level {
  std::int64_t price = 0;  ///< cents
  std::uint32_t quantity = 0;
};

class OrderBook {
 public:
  static constexpr std::size_t depth = 10;  ///< levels kept on each side

  void apply(Side side, Level level) noexcept;

  /// Best first.
  [[nodiscard]] std::span<const Level> levels(Side side) const noexcept;
  [[nodiscard]] std::optional<Level> best(Side side) const noexcept;
  /// Middle of the best prices in cents; nothing until both sides are known.
  [[nodiscard]] std::optional<double> mid() const noexcept;
  /// Share of the buyers in the quantity of the best levels: 0 to 1, 0.5 when balanced.
  [[nodiscard]] double buy_pressure() const noexcept;

 private:
  struct Ladder {
    std::array<Level, depth> levels{};
    std::size_t count = 0;
  };
  static void erase(Ladder& ladder, std::size_t position) noexcept;
  static void insert(Ladder& ladder, std::size_t position, Level level) noexcept;
  void remove_crossed(Side side, std::int64_t price) noexcept;

  std::array<Ladder, side_count> ladders_{};
};

}  // namespace demo
