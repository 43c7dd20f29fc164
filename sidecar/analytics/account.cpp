// SPDX-License-Identifier: Apache-2.0
#include "analytics/account.hpp"

#include <algorithm>
#include <cmath>

#include "analytics/sharpe.hpp"
#include "analytics/value_at_risk.hpp"

namespace outrider::analytics {

namespace {

using aggregate::FamilyKind;
using config::AnalyticsInput;
using namespace std::chrono_literals;

/// How late the next look may be before the figures count as none.
constexpr nanoseconds patience = 2s;
/// Trades that the risk is read from.
constexpr std::size_t risk_trades = 100;

constexpr const char* sharpe_help =
    "Mean over deviation, by the variant: of trades of the last 24 h, or of daily returns.";

struct Window {
  const char* name;
  nanoseconds length;
};
constexpr Window windows[] = {{"1h", 1h}, {"24h", 24h}, {"7d", EquityCurve::longest_window}};

struct Confidence {
  const char* name;
  unsigned percent;
};
constexpr Confidence confidences[] = {{"0.95", 95}, {"0.99", 99}};

std::vector<aggregate::OutsideMetric> metrics_of(const std::vector<Figure>& figures,
                                                 const std::string& account) {
  std::vector<aggregate::OutsideMetric> metrics;
  for (const Figure& each : figures) {
    aggregate::Labels labels{{"name", account}};
    if (each.label != nullptr) labels.emplace_back(each.label, each.label_value);
    std::sort(labels.begin(), labels.end());
    metrics.push_back({{each.name, each.help, each.kind}, std::move(labels), true});
  }
  return metrics;
}

}  // namespace

Account::Account(const config::AnalyticsConfig& config, const Say& say)
    : config_{config},
      say_{say},
      correlation_{config.price_step},
      series_{std::make_shared<aggregate::OutsideSeries>("analytics " + config.name,
                                                         metrics_of(figures(), config.name))} {}

// ------------------------------------------------------------------- looks

void Account::observe(const Look& look, const Feed::AccountInputs& inputs,
                      const std::optional<nanoseconds>& day) {
  const nanoseconds now = look.steady;
  if (now < due_) return;
  due_ = now + config_.interval;

  const auto equity = value_of(look, inputs, AnalyticsInput::equity);
  has_equity_ = equity.has_value();
  if (equity) {
    drawdown_.observe(*equity);
    curve_.observe(now, *equity);
  }
  const auto realized = value_of(look, inputs, AnalyticsInput::realized_pnl);
  const auto trades = value_of(look, inputs, AnalyticsInput::trades);
  std::optional<TradeBook::Totals> totals;
  if (realized && trades) totals = {*trades, *realized};
  book_.observe(now, totals);
  sharpe_.update(now, book_);
  if (day) day_.observe(look.wall, *day, realized);
  correlation_.observe(now,
                       prices_of(look, inputs[static_cast<std::size_t>(AnalyticsInput::prices)]));
  publish(now);
}

std::optional<double> Account::value_of(const Look& look, const Feed::AccountInputs& inputs,
                                        AnalyticsInput which) {
  const Feed::Found& found = inputs[static_cast<std::size_t>(which)];
  std::vector<double> values;
  for (std::size_t i = 0; i < found.labels.size(); ++i) {
    const double value = look.values[found.first + i];
    if (std::isfinite(value)) values.push_back(value);
  }
  if (values.size() == 1) return values.front();
  const std::size_t several = found.labels.size() == found.count ? values.size() : found.count;
  if (several > 1)
    say_once(which, "found " + std::to_string(several) + " series; needed one; add labels");
  return std::nullopt;
}

Correlation::Prices Account::prices_of(const Look& look, const Feed::Found& found) {
  if (found.labels.size() < found.count)
    say_once(AnalyticsInput::prices, "found " + std::to_string(found.count) + " series; needed " +
                                         std::to_string(most_series) + " or fewer; add labels");
  Correlation::Prices prices;
  for (std::size_t i = 0; i < found.labels.size(); ++i) {
    const double value = look.values[found.first + i];
    if (std::isfinite(value)) prices.emplace(found.labels[i], value);
  }
  return prices;
}

void Account::say_once(AnalyticsInput which, const std::string& text) {
  const std::string name{config::analytics_inputs[static_cast<std::size_t>(which)]};
  if (said_.insert(name).second)
    say_("analytics " + config_.name + "." + name + ": " + text +
         "; what is made of it has no value");
}

// ----------------------------------------------------------------- figures

std::vector<Figure> Account::figures() const {
  std::vector<Figure> all;
  add_equity(all);
  add_sharpe(all);
  add_trades(all);
  all.push_back({"outrider_pnl_today", "Realised P&L since the day began, where that was seen.",
                 day_.today()});
  all.push_back({"outrider_correlation_mean",
                 "Mean correlation of all pairs of positions, of their prices' returns.",
                 correlation_.mean()});
  return all;
}

void Account::add_equity(std::vector<Figure>& all) const {
  const auto if_known = [this](const std::optional<double>& value) {
    return has_equity_ ? value : std::nullopt;
  };
  all.push_back({"outrider_equity_drawdown_ratio",
                 "How far equity is below its peak, as a fraction of the peak.",
                 if_known(drawdown_.current())});
  all.push_back({"outrider_equity_max_drawdown_ratio",
                 "The largest drawdown since the sidecar started.", if_known(drawdown_.maximum())});
  for (const Window& window : windows)
    all.push_back({"outrider_equity_return_ratio",
                   "What equity has changed by over the window, as a fraction.",
                   if_known(curve_.change(window.length)), "window", window.name});
  const std::vector<double> daily = curve_.changes(24h);
  for (const SharpeVariant& variant : daily_variants)
    all.push_back({"outrider_sharpe_ratio", sharpe_help, if_known(sharpe(daily, variant)),
                   "variant", variant.name});
}

std::optional<double> Account::if_watching(const std::optional<double>& value) const {
  return book_.is_watching() ? value : std::nullopt;
}

void Account::add_sharpe(std::vector<Figure>& all) const {
  for (std::size_t i = 0; i < std::size(trade_variants); ++i)
    all.push_back({"outrider_sharpe_ratio", sharpe_help, if_watching(sharpe_.variants[i]),
                   "variant", trade_variants[i].name});
  for (std::size_t i = 0; i < std::size(sharpe_windows); ++i)
    all.push_back({"outrider_sharpe_730_ratio",
                   "Mean over sample deviation of the window's trades, times the root of 730.",
                   if_watching(sharpe_.windows[i]), "window", sharpe_windows[i].name});
}

void Account::add_trades(std::vector<Figure>& all) const {
  std::vector<double> sorted = book_.last_results(risk_trades);
  std::sort(sorted.begin(), sorted.end());
  for (const Confidence& confidence : confidences) {
    const std::optional<TailRisk> risk = tail_risk(sorted, confidence.percent);
    const auto part = [&](double TailRisk::*which) {
      return if_watching(risk ? std::optional{(*risk).*which} : std::nullopt);
    };
    all.push_back({"outrider_value_at_risk",
                   "Loss of a trade that so many of the last 100 stay below.",
                   part(&TailRisk::value_at_risk), "confidence", confidence.name});
    all.push_back({"outrider_expected_shortfall",
                   "Mean loss of the trades from the value at risk on.",
                   part(&TailRisk::expected_shortfall), "confidence", confidence.name});
  }
  all.push_back({"outrider_risk_samples", "Trades that the value at risk is read from.",
                 if_watching(static_cast<double>(sorted.size()))});
  Figure merged{"outrider_trades_merged_total",
                "Trades that closed between two looks and share one result.", std::nullopt};
  merged.kind = FamilyKind::counter;
  if (config_.input(AnalyticsInput::trades)) merged.value = static_cast<double>(book_.merged());
  all.push_back(merged);
}

void Account::publish(nanoseconds now) {
  std::vector<double> values;
  for (const Figure& each : figures()) values.push_back(each.value.value_or(aggregate::no_value()));
  series_->publish(values, now + config_.interval + patience);
}

}  // namespace outrider::analytics
