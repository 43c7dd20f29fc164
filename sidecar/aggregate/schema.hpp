// SPDX-License-Identifier: Apache-2.0
// What series there are: families as Prometheus shows them, flattened so that
// every line of an exposition is one value with a number. A schema is
// immutable; when a series appears or goes, a new schema takes its place and
// the numbers start anew.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace outrider::aggregate {

/// Names and values, sorted by name, each name once. The metric's own name, in
/// a full label set, is the label `__name__`.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// Number of one value within one schema: one line of the exposition.
using ValueId = std::uint32_t;

enum class FamilyKind { counter, gauge, histogram, summary };

/// One metric of a family: the label set and where its values begin.
struct Metric {
  Labels labels;            ///< without `__name__`, `le` and `quantile`
  ValueId first_value = 0;  ///< see Family::values_per_metric for the order
};

struct Family {
  std::string name;
  std::string help;
  FamilyKind kind = FamilyKind::gauge;
  /// Histogram: upper bounds without +Inf, ascending. Summary: quantiles.
  std::vector<double> edges;
  std::vector<Metric> metrics;
  /// False: another family of this name has another kind or other bounds, and a page
  /// can show one of them. Rules see both: what one trader registers must not take
  /// away the protection of another.
  bool is_shown = true;

  /// Counter, gauge: 1. Histogram: a cumulative count per edge, then the count
  /// (which is also `le="+Inf"`), then the sum. Summary: a value per quantile,
  /// then the count, then the sum.
  [[nodiscard]] std::size_t values_per_metric() const {
    return kind == FamilyKind::counter || kind == FamilyKind::gauge ? 1 : edges.size() + 2;
  }
};

/// One series in the sense of PromQL: a full label set that has a value.
struct Series {
  Labels labels;  ///< with `__name__` and, where it applies, `le` or `quantile`
  ValueId value = 0;
};

struct Schema {
  std::vector<Family> families;
  std::size_t value_count = 0;
};

/// Every series of a family, one at a time.
void for_each_series(const Family& family, const std::function<void(Series)>& take);

/// Every series of a schema, `_bucket`, `_sum` and `_count` lines included.
/// A histogram's count is listed twice: as `_count` and as `le="+Inf"`.
std::vector<Series> list_series(const Schema& schema);

/// A bound or a quantile exactly as prometheus-cpp prints it, so that a rule here
/// and one in Prometheus select the same series: 16 digits; "+Inf" for infinity.
std::string edge_text(double edge);

/// Where rules read values. The guard thread's aggregate implements it; a test
/// passes its own numbers.
class ValueSource {
 public:
  virtual ~ValueSource() = default;
  /// The value now; false when the series has none (its trader is gone, its
  /// window holds too few samples). Does not allocate, lock or block.
  virtual bool read(ValueId id, double& value) const noexcept = 0;
};

/// All values at one instant, copied for a thread other than the guard.
struct Snapshot {
  std::shared_ptr<const Schema> schema;
  std::vector<double> values;         ///< by ValueId
  std::vector<std::uint8_t> present;  ///< by ValueId; 0: the series has no value
  std::int64_t wall_ms = 0;           ///< when, Unix milliseconds
};

}  // namespace outrider::aggregate
