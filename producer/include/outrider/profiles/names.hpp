// SPDX-License-Identifier: Apache-2.0
// What four trading systems call their series and the values of their labels: the names of
// tools/deploy/profiles. A system of one's own fills in the same struct.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "outrider/histogram.hpp"
#include "outrider/profiles/family.hpp"

namespace outrider::trading {

enum class OrderType : std::uint8_t { market, limit };
enum class Side : std::uint8_t { buy, sell };
enum class OrderStatus : std::uint8_t { success, failed, rejected, blocked };
enum class Pnl : std::uint8_t { realized, unrealized };
enum class Approval : std::uint8_t { approved, rejected };

/// A name that is empty: the system has no such series, and calls for it go nowhere.
struct Names {
  Vocabulary words = {};  ///< what is not listed by the trader: sides, types, states
  FamilyName placed, outcome, filled, filled_at, cancelled, closed, latency;
  Unit latency_unit = Unit::ticks();
  std::vector<double> latency_bounds = {};
  std::optional<Pnl> only_pnl = {};  ///< what the series says where it has no label for it
  FamilyName position, position_value, position_price, open_positions, pnl;
  FamilyName daily_result, daily_limit, exposure, leverage, portfolio_value;
  FamilyName connected, feed_connected, feed_gap, requests, errors, failure_streak;
  std::vector<double> gap_bounds = {};
  FamilyName decisions, decision_confidence, validations, violations, risk_score;
  FamilyName agent_predictions, agent_confidence, agent_failures, agent_outcomes, votes;
  FamilyName rate_tokens, rate_refused, rate_reported;
};

Names thunes();
Names trading_platform();
Names graphwiz();
Names go_bot();

/// What only the trader knows: its venues, symbols and so on, in the order of the
/// enumerations that it calls with.
struct Lists {
  std::vector<std::string> venues = {};
  std::vector<std::string> symbols = {};
  std::vector<std::string> strategies = {};
  std::vector<std::string> agents = {};
  std::vector<std::string> regimes = {};
};

/// The words of a system with the trader's lists among them.
Vocabulary words_of(const Names& names, const Lists& lists);

}  // namespace outrider::trading
