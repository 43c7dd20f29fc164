// SPDX-License-Identifier: Apache-2.0
// What is computed of an account's equity, realised P&L, trades and prices. Read by
// read_analytics.cpp.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace outrider::config {

/// Series by name and labels: `account_equity{desk="a"}`. Of what else there is in
/// PromQL a recording rule makes a series.
struct SeriesSelector {
  std::string name{};
  std::vector<std::pair<std::string, std::string>> labels{};  ///< each must have this value

  bool operator==(const SeriesSelector&) const = default;
};

/// The inputs of an account, in the order of AnalyticsConfig::inputs.
enum class AnalyticsInput : std::size_t { equity, realized_pnl, trades, prices };
inline constexpr std::array<std::string_view, 4> analytics_inputs{"equity", "realized_pnl",
                                                                  "trades", "prices"};

struct AnalyticsConfig {
  std::string name{};  ///< label `name` of its series; unique
  std::array<std::optional<SeriesSelector>, analytics_inputs.size()> inputs{};
  /// How often the inputs are looked at, 10 ms to 10 s: trades that close between two
  /// looks are not told apart.
  std::chrono::nanoseconds interval = std::chrono::milliseconds{100};
  /// From one price of a return to the next, 100 ms to 1 d.
  std::chrono::nanoseconds price_step = std::chrono::minutes{1};

  [[nodiscard]] const std::optional<SeriesSelector>& input(AnalyticsInput which) const {
    return inputs[static_cast<std::size_t>(which)];
  }
  bool operator==(const AnalyticsConfig&) const = default;
};

inline constexpr std::size_t most_accounts = 32;

}  // namespace outrider::config
