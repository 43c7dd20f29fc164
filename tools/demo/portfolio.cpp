// SPDX-License-Identifier: Apache-2.0
// Average-cost bookkeeping.
#include "portfolio.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace demo {

std::optional<double> Portfolio::on_fill(Side side, std::int64_t price, std::uint32_t quantity) {
  const std::int64_t change = side == Side::buy ? quantity : -std::int64_t{quantity};
  const bool closes = position_ != 0 && (position_ > 0) != (change > 0);
  if (!closes) {
    const auto held = static_cast<double>(std::abs(position_));
    const auto bought = static_cast<double>(quantity);
    average_cost_ = (held * average_cost_ + bought * static_cast<double>(price)) / (held + bought);
    position_ += change;
    return std::nullopt;
  }
  const std::int64_t closed = std::min<std::int64_t>(std::abs(position_), quantity);
  const double per_unit = (static_cast<double>(price) - average_cost_) * (position_ > 0 ? 1 : -1);
  const double won = per_unit * static_cast<double>(closed);
  realised_ += won;
  position_ += change;
  if (closed < quantity) average_cost_ = static_cast<double>(price);  // the rest opens anew
  return won;
}

double Portfolio::profit(double mid) const {
  return realised_ + static_cast<double>(position_) * (mid - average_cost_);
}

}  // namespace demo
