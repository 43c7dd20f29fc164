// SPDX-License-Identifier: Apache-2.0
#include "promql/range_functions.hpp"

#include <cmath>

#include "promql/duration.hpp"

namespace outrider::promql {

namespace {

double seconds_between(std::chrono::nanoseconds from, std::chrono::nanoseconds to) {
  return static_cast<double>((to - from).count()) / 1e9;
}

/// Growth from the first sample to the last; each fall is a restart from zero.
double growth(const History& samples) noexcept {
  double total = samples[samples.size() - 1].value - samples[0].value;
  double last = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double value = samples[i].value;
    if (value < last) total += last;
    last = value;
  }
  return total;
}

/// Seconds the samples speak for: their own span, stretched to the window's
/// ends where those are near, by half a sampling interval where they are not.
double extrapolated_span(const RangeWindow& window, double total) noexcept {
  const History& samples = window.samples;
  const Sample& first = samples[0];
  const Sample& last = samples[samples.size() - 1];
  const double sampled = seconds_between(first.time, last.time);
  const double average = sampled / static_cast<double>(samples.size() - 1);
  const double to_end = seconds_between(last.time, window.end);
  double to_start = seconds_between(window.end - window.range, first.time);
  if (total > 0 && first.value >= 0) {
    // A counter starts at zero: never stretch to before it was born.
    const double to_zero = sampled * (first.value / total);
    if (to_zero < to_start) to_start = to_zero;
  }
  const double near = average * 1.1;
  double span = sampled;
  span += to_start < near ? to_start : average / 2;
  span += to_end < near ? to_end : average / 2;
  return span;
}

bool extrapolated_growth(const RangeWindow& window, bool per_second, double& value) noexcept {
  const History& samples = window.samples;
  if (samples.size() < 2) return false;
  const double total = growth(samples);
  const double sampled = seconds_between(samples[0].time, samples[samples.size() - 1].time);
  double factor = extrapolated_span(window, total) / sampled;
  if (per_second) factor /= seconds_of(window.range);
  value = total * factor;
  return true;
}

/// Neumaier's compensated sum; `rest` holds what `sum` cannot.
void add_compensated(double increment, double& sum, double& rest) noexcept {
  const double total = sum + increment;
  if (std::fabs(sum) >= std::fabs(increment)) {
    rest += (sum - total) + increment;
  } else {
    rest += (increment - total) + sum;
  }
  sum = total;
}

double average(const History& samples) noexcept {
  double mean = 0;
  double rest = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double value = samples[i].value;
    const double count = static_cast<double>(i + 1);
    // An infinite mean stays what it is until something contradicts it.
    if (std::isinf(mean)) {
      if (std::isinf(value) && (mean > 0) == (value > 0)) continue;
      if (!std::isinf(value) && !std::isnan(value)) continue;
    }
    add_compensated(value / count - mean / count, mean, rest);
  }
  return std::isinf(mean) ? mean : mean + rest;
}

double extreme(const History& samples, bool largest) noexcept {
  double best = samples[0].value;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const double value = samples[i].value;
    const bool better = largest ? value > best : value < best;
    if (better || std::isnan(best)) best = value;
  }
  return best;
}

}  // namespace

bool apply_range_function(FunctionKind kind, const RangeWindow& window, double& value) noexcept {
  const History& samples = window.samples;
  if (kind == FunctionKind::rate) return extrapolated_growth(window, true, value);
  if (kind == FunctionKind::increase) return extrapolated_growth(window, false, value);
  if (samples.size() == 0) return false;
  value = kind == FunctionKind::avg_over_time
              ? average(samples)
              : extreme(samples, kind == FunctionKind::max_over_time);
  return true;
}

}  // namespace outrider::promql
