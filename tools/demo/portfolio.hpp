// SPDX-License-Identifier: Apache-2.0
// Position and profit of one symbol, at average cost. Money is in cents.
#pragma once

#include <cstdint>
#include <optional>

#include "wire.hpp"

namespace demo {

class Portfolio {
 public:
  /// What the fill won or lost, when it closed at least a part of the position.
  std::optional<double> on_fill(Side side, std::int64_t price, std::uint32_t quantity);

  [[nodiscard]] std::int64_t position() const { return position_; }
  /// Won so far plus what closing at `mid` would win.
  [[nodiscard]] double profit(double mid) const;

 private:
  std::int64_t position_ = 0;
  double average_cost_ = 0;
  double realised_ = 0;
};

}  // namespace demo
