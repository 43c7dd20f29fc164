// SPDX-License-Identifier: Apache-2.0
#include "analytics/correlation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace outrider::analytics {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

struct Sums {
  std::size_t n = 0;
  double x = 0;
  double y = 0;
};

template <class Use>
void for_common(std::span<const double> x, std::span<const double> y, const Use& use) {
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
    if (std::isfinite(x[i]) && std::isfinite(y[i])) use(x[i], y[i]);
  }
}

}  // namespace

std::optional<double> pearson(std::span<const double> x, std::span<const double> y) {
  Sums sums;
  for_common(x, y, [&](double a, double b) {
    ++sums.n;
    sums.x += a;
    sums.y += b;
  });
  if (sums.n < least_common) return std::nullopt;
  const double mean_x = sums.x / static_cast<double>(sums.n);
  const double mean_y = sums.y / static_cast<double>(sums.n);
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for_common(x, y, [&](double a, double b) {
    xx += (a - mean_x) * (a - mean_x);
    yy += (b - mean_y) * (b - mean_y);
    xy += (a - mean_x) * (b - mean_y);
  });
  const double scale = std::sqrt(xx) * std::sqrt(yy);
  if (!(scale > 0)) return std::nullopt;
  return std::clamp(xy / scale, -1.0, 1.0);
}

void Correlation::observe(nanoseconds now, const Prices& prices) {
  if (stepped_ && now - *stepped_ < step_) return;
  // What lies between two steps that are far apart is not a return of one step.
  const bool follows = stepped_ && now - *stepped_ < 2 * step_;
  if (!follows) {
    for (auto& [labels, position] : positions_) position.price = 0;
  }
  stepped_ = now;
  add_returns(prices);
  mean_ = mean_of_pairs();
}

void Correlation::add_returns(const Prices& prices) {
  for (const auto& [labels, price] : prices) {
    if (positions_[labels].returns.empty()) positions_[labels].returns.assign(steps_, unknown);
  }
  for (auto& [labels, position] : positions_) {
    const auto found = prices.find(labels);
    const double price = found == prices.end() ? 0 : found->second;
    const bool both = price > 0 && position.price > 0;
    position.returns.push_back(both ? price / position.price - 1 : unknown);
    position.price = price;
    if (position.returns.size() > most_returns) position.returns.pop_front();
  }
  steps_ = std::min(steps_ + 1, most_returns);
  std::erase_if(positions_, [](const auto& each) {
    const auto& returns = each.second.returns;
    return each.second.price <= 0 &&
           std::all_of(returns.begin(), returns.end(), [](double one) { return std::isnan(one); });
  });
}

std::optional<double> Correlation::mean_of_pairs() const {
  std::vector<std::vector<double>> all;
  for (const auto& [labels, position] : positions_) {
    // One that has no price now is no position.
    if (position.price > 0) all.emplace_back(position.returns.begin(), position.returns.end());
  }
  double sum = 0;
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      const std::optional<double> one = pearson(all[i], all[j]);
      if (!one) continue;
      sum += *one;
      ++pairs;
    }
  }
  if (pairs == 0) return std::nullopt;
  return sum / static_cast<double>(pairs);
}

}  // namespace outrider::analytics
