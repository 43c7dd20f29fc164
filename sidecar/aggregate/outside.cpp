// SPDX-License-Identifier: Apache-2.0
#include "aggregate/outside.hpp"

#include <bit>

namespace outrider::aggregate {

namespace {

/// What Prometheus stores when a series ends. Arithmetic makes other NaNs.
constexpr std::uint64_t stale_marker = 0x7ff0000000000002;

std::size_t all_values(const std::vector<OutsideMetric>& metrics) {
  std::size_t count = 0;
  for (const OutsideMetric& metric : metrics) count += value_count(metric.declared);
  return count;
}

}  // namespace

double no_value() noexcept {
  return std::bit_cast<double>(stale_marker);
}

bool is_no_value(double value) noexcept {
  return std::bit_cast<std::uint64_t>(value) == stale_marker;
}

std::size_t value_count(const Declaration& declared) {
  const bool is_single = declared.kind == FamilyKind::counter || declared.kind == FamilyKind::gauge;
  return is_single ? 1 : declared.edges.size() + 2;
}

OutsideSeries::OutsideSeries(std::string owner, std::vector<OutsideMetric> metrics)
    : owner_{std::move(owner)},
      metrics_{std::move(metrics)},
      sets_{std::vector<double>(all_values(metrics_), no_value())} {}

void OutsideSeries::publish(const std::vector<double>& values,
                            std::chrono::nanoseconds valid_until) {
  const std::lock_guard guard{mutex_};
  valid_until_ = valid_until;
  is_expired_ = false;
  store(values);
}

void OutsideSeries::expire(std::chrono::nanoseconds now) {
  const std::lock_guard guard{mutex_};
  if (is_expired_ || now <= valid_until_) return;
  is_expired_ = true;
  store({});
}

void OutsideSeries::store(const std::vector<double>& values) {
  std::vector<double>& set = sets_.back();
  for (std::size_t i = 0; i < set.size(); ++i) set[i] = i < values.size() ? values[i] : no_value();
  sets_.publish();
}

void OutsideSeries::take() noexcept {
  sets_.take();
}

bool OutsideSeries::read(std::size_t index, double& value) const noexcept {
  value = sets_.front()[index];
  return !is_no_value(value);
}

}  // namespace outrider::aggregate
