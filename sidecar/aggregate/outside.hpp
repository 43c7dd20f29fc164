// SPDX-License-Identifier: Apache-2.0
// Series that come from outside of the traders' segments, and how their values
// reach the guard: as whole sets, and neither side ever waits.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "aggregate/declaration.hpp"
#include "aggregate/triple_buffer.hpp"

namespace outrider::aggregate {

/// What stands where a series has no value now. A bit pattern that no source sends.
double no_value() noexcept;
bool is_no_value(double value) noexcept;

struct OutsideMetric {
  Declaration declared;
  Labels labels;        ///< sorted
  bool is_own = false;  ///< the sidecar's own, named outrider_...
};

/// How many values a metric has, as Family orders them.
std::size_t value_count(const Declaration& declared);

class OutsideSeries {
 public:
  /// `owner` is what people call the source: "probe node".
  OutsideSeries(std::string owner, std::vector<OutsideMetric> metrics);

  [[nodiscard]] const std::string& owner() const { return owner_; }
  [[nodiscard]] const std::vector<OutsideMetric>& metrics() const { return metrics_; }

  /// Collector: the values of all metrics, in their order, until then (steady).
  void publish(const std::vector<double>& values, std::chrono::nanoseconds valid_until);
  /// Any thread but the guard: past its time nothing has a value.
  void expire(std::chrono::nanoseconds now);

  /// Guard: takes up the newest set.
  void take() noexcept;
  /// Guard: false when the series has no value.
  bool read(std::size_t index, double& value) const noexcept;

 private:
  void store(const std::vector<double>& values);

  std::string owner_;
  std::vector<OutsideMetric> metrics_;
  TripleBuffer<std::vector<double>> sets_;

  std::mutex mutex_;  ///< over the writer's side and what follows; the guard never takes it
  std::chrono::nanoseconds valid_until_{};
  bool is_expired_ = true;
};

}  // namespace outrider::aggregate
