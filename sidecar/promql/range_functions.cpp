// SPDX-License-Identifier: Apache-2.0
#include "promql/range_functions.hpp"

#include <cmath>

#include "promql/duration.hpp"
#include "promql/order.hpp"

namespace outrider::promql {

namespace {

double seconds_between(std::chrono::nanoseconds from, std::chrono::nanoseconds to) {
  return static_cast<double>((to - from).count()) / 1e9;
}

/// From the first sample to the last; of a counter each fall is a restart from zero.
double growth(const RangeWindow& samples, bool of_counter) noexcept {
  double total = samples.last().value - samples[0].value;
  if (!of_counter) return total;
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
double extrapolated_span(const RangeWindow& samples, double total, bool of_counter) noexcept {
  const Sample& first = samples[0];
  const double sampled = seconds_between(first.time, samples.last().time);
  const double average = sampled / static_cast<double>(samples.size() - 1);
  const double to_end = seconds_between(samples.last().time, samples.end());
  double to_start = seconds_between(samples.end() - samples.range(), first.time);
  if (of_counter && total > 0 && first.value >= 0) {
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

bool extrapolated_growth(FunctionKind kind, const RangeWindow& samples, double& value) noexcept {
  if (samples.size() < 2) return false;
  const bool of_counter = kind != FunctionKind::delta;
  const double total = growth(samples, of_counter);
  const double sampled = seconds_between(samples[0].time, samples.last().time);
  double factor = extrapolated_span(samples, total, of_counter) / sampled;
  if (kind == FunctionKind::rate) factor /= seconds_of(samples.range());
  value = total * factor;
  return true;
}

/// irate and idelta: the last two samples only.
bool instant_growth(FunctionKind kind, const RangeWindow& samples, double& value) noexcept {
  if (samples.size() < 2) return false;
  const Sample& last = samples.last();
  const Sample& before = samples[samples.size() - 2];
  const bool of_counter = kind == FunctionKind::irate;
  value = of_counter && last.value < before.value ? last.value : last.value - before.value;
  if (of_counter) value /= seconds_between(before.time, last.time);
  return true;
}

/// Neumaier's compensated sum: `rest` holds what `sum` cannot.
struct Sum {
  double sum = 0;
  double rest = 0;

  void add(double increment) noexcept {
    const double total = sum + increment;
    if (std::fabs(sum) >= std::fabs(increment)) {
      rest += (sum - total) + increment;
    } else {
      rest += (increment - total) + sum;
    }
    sum = total;
  }
  [[nodiscard]] double value() const noexcept { return sum + rest; }
  [[nodiscard]] double finite_value() const noexcept { return std::isinf(sum) ? sum : value(); }
};

double sum(const RangeWindow& samples) noexcept {
  Sum total;
  for (std::size_t i = 0; i < samples.size(); ++i) total.add(samples[i].value);
  return total.finite_value();
}

double average(const RangeWindow& samples) noexcept {
  Sum mean;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double value = samples[i].value;
    const double count = static_cast<double>(i + 1);
    // An infinite mean stays what it is until something contradicts it.
    if (std::isinf(mean.sum)) {
      if (std::isinf(value) && (mean.sum > 0) == (value > 0)) continue;
      if (!std::isinf(value) && !std::isnan(value)) continue;
    }
    mean.add(value / count - mean.sum / count);
  }
  return mean.finite_value();
}

/// Welford's, with both sums compensated.
double variance(const RangeWindow& samples) noexcept {
  Sum mean;
  Sum squares;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double value = samples[i].value;
    const double delta = value - mean.value();
    mean.add(delta / static_cast<double>(i + 1));
    squares.add(delta * (value - mean.value()));
  }
  return squares.value() / static_cast<double>(samples.size());
}

double extreme(const RangeWindow& samples, bool largest) noexcept {
  double best = samples[0].value;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const double value = samples[i].value;
    const bool better = largest ? value > best : value < best;
    if (better || std::isnan(best)) best = value;
  }
  return best;
}

bool is_change(double before, double after) noexcept {
  return before != after && !(std::isnan(before) && std::isnan(after));
}

double count_changes(const RangeWindow& samples) noexcept {
  double count = 0;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    if (is_change(samples[i - 1].value, samples[i].value)) ++count;
  }
  return count;
}

double count_resets(const RangeWindow& samples) noexcept {
  double count = 0;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    if (samples[i].value < samples[i - 1].value) ++count;
  }
  return count;
}

double quantile(const RangeWindow& samples, RangeParameter parameter) noexcept {
  for (std::size_t i = 0; i < samples.size(); ++i) parameter.scratch[i] = samples[i].value;
  return quantile_of(parameter.quantile, parameter.scratch.first(samples.size()));
}

double statistic(FunctionKind kind, const RangeWindow& samples, RangeParameter parameter) noexcept {
  switch (kind) {
    case FunctionKind::avg_over_time:
      return average(samples);
    case FunctionKind::changes:
      return count_changes(samples);
    case FunctionKind::count_over_time:
      return static_cast<double>(samples.size());
    case FunctionKind::last_over_time:
      return samples.last().value;
    case FunctionKind::max_over_time:
      return extreme(samples, true);
    case FunctionKind::min_over_time:
      return extreme(samples, false);
    case FunctionKind::quantile_over_time:
      return quantile(samples, parameter);
    case FunctionKind::resets:
      return count_resets(samples);
    case FunctionKind::stddev_over_time:
      return std::sqrt(variance(samples));
    case FunctionKind::stdvar_over_time:
      return variance(samples);
    case FunctionKind::sum_over_time:
      return sum(samples);
    default:
      return 1;  // present_over_time
  }
}

}  // namespace

bool apply_range_function(FunctionKind kind, const RangeWindow& window, RangeParameter parameter,
                          double& value) noexcept {
  switch (kind) {
    case FunctionKind::delta:
    case FunctionKind::increase:
    case FunctionKind::rate:
      return extrapolated_growth(kind, window, value);
    case FunctionKind::idelta:
    case FunctionKind::irate:
      return instant_growth(kind, window, value);
    default:
      if (window.size() == 0) return false;
      value = statistic(kind, window, parameter);
      return true;
  }
}

}  // namespace outrider::promql
