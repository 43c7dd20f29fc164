// SPDX-License-Identifier: Apache-2.0
// Every function of PromQL 2.42 by name and argument types, so that a call is
// either understood or refused for what it is; never taken for a typing error.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace outrider::promql {

enum class ValueType { none, scalar, vector, matrix, string };

/// "instant vector" and the like, for messages.
std::string_view type_name(ValueType type);

/// Those that this version evaluates; every other is known by name only.
enum class FunctionKind {
  unsupported,
  // Of no vector, or from one kind of value to another.
  absent,
  absent_over_time,
  histogram_quantile,
  label_replace,
  pi,
  scalar,
  sort,
  time,
  vector,
  // Of each element.
  abs,
  ceil,
  clamp,
  clamp_max,
  clamp_min,
  floor,
  round,
  sgn,
  sqrt,
  // Of the samples of a range.
  avg_over_time,
  changes,
  count_over_time,
  delta,
  idelta,
  increase,
  irate,
  last_over_time,
  max_over_time,
  min_over_time,
  present_over_time,
  quantile_over_time,
  rate,
  resets,
  stddev_over_time,
  stdvar_over_time,
  sum_over_time,
};

struct Function {
  std::string_view name;
  std::vector<ValueType> arguments;
  ValueType result = ValueType::vector;
  FunctionKind kind = FunctionKind::unsupported;
  std::size_t optional = 0;   ///< so many arguments at the end may be left out
  bool repeats_last = false;  ///< the last argument may come any number of times
};

const Function* find_function(std::string_view name);

/// What may have been meant by a name that is none; empty: nothing is like it.
std::string_view nearest_function(std::string_view name);

}  // namespace outrider::promql
