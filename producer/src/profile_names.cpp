// SPDX-License-Identifier: Apache-2.0
// The names of tools/deploy/profiles; tests/profiles compares them with metrics.yml there.
#include "outrider/profiles/names.hpp"

namespace outrider::trading {

namespace {

using D = Dimension;

std::vector<std::string>& words(Names& names, Dimension dimension) {
  return names.words[std::size_t(dimension)];
}

void add_thunes_limits(Names& names) {
  words(names, D::limit) = {"ip_weight", "orders"};
  names.rate_tokens = {"thunes_rate_limit_tokens",
                       "What may be spent now of a limit on requests.",
                       {{D::limit, "limit"}}};
  names.rate_refused = {"thunes_rate_limit_refused_total",
                        "Requests that were not made because nothing was left.",
                        {{D::limit, "limit"}}};
  names.rate_reported = {"thunes_rate_limit_reported_weight",
                         "What the server says has been used of the weight of this minute.",
                         {}};
}

void add_graphwiz_exchanges(Names& names) {
  names.placed = {
      "graphwiz_exchange_orders_total", "Orders sent to an exchange.", {{D::venue, "exchange"}}};
  names.filled_at = {"graphwiz_exchange_fills_total",
                     "Orders that an exchange has filled.",
                     {{D::venue, "exchange"}}};
  names.requests = {"graphwiz_exchange_requests_total",
                    "Requests to an exchange, orders among them.",
                    {{D::venue, "exchange"}}};
  names.errors = {"graphwiz_exchange_errors_total",
                  "Requests that an exchange has refused or not answered.",
                  {{D::venue, "exchange"}}};
  names.rate_tokens = {"graphwiz_exchange_rate_limit_remaining",
                       "Requests that the exchange still takes.",
                       {{D::venue, "exchange"}}};
}

void add_graphwiz_agents(Names& names) {
  words(names, D::verdict) = {"right", "wrong"};
  words(names, D::approved) = {"true", "false"};
  names.agent_outcomes = {"graphwiz_agent_outcomes_total",
                          "Predictions whose outcome is known, by whether the sign was right.",
                          {{D::agent, "agent"}, {D::verdict, "result"}}};
  names.votes = {"graphwiz_agent_votes_total",
                 "Decisions of all agents, by whether one choice had a majority.",
                 {{D::approved, "majority"}}};
  names.agent_predictions = {
      "graphwiz_agent_predictions_total", "Predictions.", {{D::agent, "agent"}}};
  names.agent_confidence = {
      "graphwiz_agent_confidence", "How sure the agent is.", {{D::agent, "agent"}}};
  names.agent_failures = {
      "graphwiz_agent_failure_streak", "Failures of an agent in a row.", {{D::agent, "agent"}}};
}

}  // namespace

Names thunes() {
  Names names;
  words(names, D::order_type) = {"MARKET", "LIMIT"};
  words(names, D::side) = {"BUY", "SELL"};
  names.placed = {"thunes_orders_placed_total",
                  "Orders that went to the venue.",
                  {{D::venue, "venue"}, {D::order_type, "order_type"}, {D::side, "side"}}};
  names.latency = {"thunes_order_latency_ms", "From the decision to the venue's answer.", {}};
  names.latency_unit = {shm::SeriesUnit::ticks, 1e-6};  // kept in nanoseconds, shown in ms
  names.latency_bounds = {5, 10, 25, 50, 100, 250, 500, 1000};
  words(names, D::result) = {"win", "loss"};
  names.closed = {"thunes_trades_closed_total",
                  "Positions that were closed, by whether they made or lost money.",
                  {{D::result, "result"}}};
  words(names, D::connection) = {"BinanceAPI"};
  names.failure_streak = {"thunes_api_failure_streak",
                          "Calls of an API that failed in a row.",
                          {{D::connection, "breaker_name"}}};
  names.open_positions = {"thunes_open_positions", "Open positions; the limit is 3.", {}};
  names.only_pnl = Pnl::realized;
  names.pnl = {"thunes_realized_pnl_usdt", "Realized profit and loss, in all.", {}};
  names.daily_result = {"thunes_daily_pnl_usdt", "Profit and loss of the day so far.", {}};
  names.daily_limit = {
      "thunes_daily_loss_limit_usdt", "What may be lost in a day; 0: any amount.", {}};
  names.feed_connected = {"thunes_ws_connected",
                          "Whether the market data stream of a symbol is up.",
                          {{D::symbol, "symbol"}}};
  names.feed_gap = {"thunes_ws_gap_seconds",
                    "Between two messages of a market data stream.",
                    {{D::symbol, "symbol"}}};
  names.gap_bounds = {0.1, 0.5, 1, 2, 5, 10, 30, 60};
  add_thunes_limits(names);
  return names;
}

Names trading_platform() {
  Names names;
  words(names, D::side) = {"buy", "sell"};
  words(names, D::status) = {"success", "failed", "rejected", "blocked"};
  words(names, D::pnl) = {"realized", "unrealized", "total"};
  names.outcome = {"execution_gateway_orders_total",
                   "Orders by outcome.",
                   {{D::symbol, "symbol"}, {D::side, "side"}, {D::status, "status"}}};
  names.filled = {"execution_gateway_fills_total",
                  "Orders that were filled.",
                  {{D::symbol, "symbol"}, {D::side, "side"}}};
  names.cancelled = {"execution_gateway_cancels_total",
                     "Orders that were cancelled.",
                     {{D::symbol, "symbol"}, {D::side, "side"}}};
  names.latency = {"execution_gateway_order_placement_duration_seconds",
                   "From the request to the broker's answer.",
                   {{D::symbol, "symbol"}, {D::side, "side"}}};
  names.latency_bounds = {0.1, 0.25, 0.5, 1, 2, 2.5, 5, 10};
  names.position = {"execution_gateway_positions_current",
                    "Units held of a symbol, negative when short.",
                    {{D::symbol, "symbol"}}};
  names.pnl = {"execution_gateway_pnl_dollars", "Profit and loss.", {{D::pnl, "type"}}};
  names.portfolio_value = {"execution_gateway_equity_dollars", "What the account is worth.", {}};
  names.failure_streak = {
      "execution_gateway_broker_failure_streak", "Calls of the broker that failed in a row.", {}};
  return names;
}

Names graphwiz() {
  Names names;
  words(names, D::result) = {"win", "loss"};
  words(names, D::pnl) = {"realized", "unrealized"};
  names.outcome = {"graphwiz_trading_total_trades_total", "Trades.", {}};
  names.closed = {"graphwiz_trades_closed_total",
                  "Trades that have a result, by whether they made or lost money.",
                  {{D::result, "result"}}};
  names.filled = {"graphwiz_trading_successful_trades_total", "Trades that succeeded.", {}};
  names.latency = {"graphwiz_exchange_latency_seconds",
                   "How long the exchange takes to answer.",
                   {{D::venue, "exchange"}}};
  names.latency_bounds = {.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};
  names.position_value = {"graphwiz_position_value_usd",
                          "What a position is worth, negative when short.",
                          {{D::symbol, "symbol"}}};
  names.position_price = {"graphwiz_position_price_usd",
                          "The price of what is held; 0 of what is not.",
                          {{D::symbol, "symbol"}}};
  names.pnl = {"graphwiz_account_pnl_usd", "Profit and loss, by part.", {{D::pnl, "type"}}};
  names.daily_result = {"graphwiz_account_pnl_daily_usd",
                        "Profit and loss of the day by the trader's own ledger.",
                        {}};
  names.portfolio_value = {"graphwiz_portfolio_value_usd", "What the portfolio is worth.", {}};
  names.connected = {
      "graphwiz_exchange_connected", "Whether the exchange answers.", {{D::venue, "exchange"}}};
  add_graphwiz_exchanges(names);
  add_graphwiz_agents(names);
  return names;
}

Names go_bot() {
  Names names;
  words(names, D::side) = {"buy", "sell"};
  words(names, D::approved) = {"true", "false"};
  words(names, D::result) = {"approved", "rejected"};
  names.filled = {"trades_total",
                  "Trades that succeeded.",
                  {{D::side, "side"}, {D::symbol, "symbol"}, {D::strategy, "strategy"}}};
  names.only_pnl = Pnl::realized;
  names.pnl = {"pnl_realized_usdt", "Realized profit and loss.", {}};
  names.portfolio_value = {"portfolio_value_usdt", "What the portfolio is worth.", {}};
  names.decisions = {"ai_decision_total",
                     "Decisions of the model.",
                     {{D::regime, "regime"}, {D::approved, "approved"}}};
  names.decision_confidence = {
      "ai_decision_confidence", "How sure the model was of its last decision.", {}};
  names.validations = {"policy_validations_total",
                       "Decisions that were checked against the policy.",
                       {{D::result, "result"}}};
  names.violations = {"policy_violations_total", "Decisions that broke a rule of the policy.", {}};
  names.risk_score = {"policy_risk_score", "The risk of the last decision.", {}};
  return names;
}

}  // namespace outrider::trading
