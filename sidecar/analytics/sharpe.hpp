// SPDX-License-Identifier: Apache-2.0
// What is earned for its own variation: mean above the risk-free rate, over the
// deviation. Systems disagree on all of it, so each variant has a name.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace outrider::analytics {

enum class Deviation { population, sample };

struct SharpeVariant {
  std::string_view name;
  Deviation deviation{};
  double periods_per_year = 1;  ///< 1: not annualised
  double risk_free = 0;         ///< of one period
};

/// Of the results of trades, in money. 730: two trades a day.
inline constexpr SharpeVariant per_trade_730{"per_trade_730", Deviation::sample, 730};
inline constexpr SharpeVariant trade_variants[] = {
    {"per_trade", Deviation::population},
    per_trade_730,
};
/// Of daily returns, as fractions.
inline constexpr SharpeVariant daily_variants[] = {
    {"daily_252", Deviation::sample, 252},
    {"daily_252_risk_free_2", Deviation::sample, 252, 0.02 / 252},
};

/// Nothing of fewer than two samples, or of samples that are all the same.
std::optional<double> sharpe(std::span<const double> samples, const SharpeVariant& variant);

}  // namespace outrider::analytics
