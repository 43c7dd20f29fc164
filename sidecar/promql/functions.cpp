// SPDX-License-Identifier: Apache-2.0
#include "promql/functions.hpp"

#include <algorithm>
#include <array>

#include "config/problem.hpp"

namespace outrider::promql {

namespace {

constexpr auto scalar = ValueType::scalar;
constexpr auto vector = ValueType::vector;
constexpr auto matrix = ValueType::matrix;
constexpr auto string = ValueType::string;

Function math(std::string_view name, FunctionKind kind = FunctionKind::unsupported) {
  return {name, {vector}, vector, kind};
}
Function over_time(std::string_view name, FunctionKind kind = FunctionKind::unsupported) {
  return {name, {matrix}, vector, kind};
}
Function of_time(std::string_view name) {
  return {name, {vector}, vector, FunctionKind::unsupported, 1};
}

std::vector<Function> supported() {
  return {
      {"absent", {vector}, vector, FunctionKind::absent},
      {"absent_over_time", {matrix}, vector, FunctionKind::absent_over_time},
      {"clamp", {vector, scalar, scalar}, vector, FunctionKind::clamp},
      {"clamp_max", {vector, scalar}, vector, FunctionKind::clamp_max},
      {"clamp_min", {vector, scalar}, vector, FunctionKind::clamp_min},
      {"histogram_quantile", {scalar, vector}, vector, FunctionKind::histogram_quantile},
      {"pi", {}, scalar, FunctionKind::pi},
      {"quantile_over_time", {scalar, matrix}, vector, FunctionKind::quantile_over_time},
      {"round", {vector, scalar}, vector, FunctionKind::round, 1},
      {"scalar", {vector}, scalar, FunctionKind::scalar},
      {"time", {}, scalar, FunctionKind::time},
      {"vector", {scalar}, vector, FunctionKind::vector},
      math("abs", FunctionKind::abs),
      math("ceil", FunctionKind::ceil),
      math("floor", FunctionKind::floor),
      math("sgn", FunctionKind::sgn),
      math("sort", FunctionKind::sort),
      math("sort_desc", FunctionKind::sort),
      math("sqrt", FunctionKind::sqrt),
      over_time("avg_over_time", FunctionKind::avg_over_time),
      over_time("changes", FunctionKind::changes),
      over_time("count_over_time", FunctionKind::count_over_time),
      over_time("delta", FunctionKind::delta),
      over_time("idelta", FunctionKind::idelta),
      over_time("increase", FunctionKind::increase),
      over_time("irate", FunctionKind::irate),
      over_time("last_over_time", FunctionKind::last_over_time),
      over_time("max_over_time", FunctionKind::max_over_time),
      over_time("min_over_time", FunctionKind::min_over_time),
      over_time("present_over_time", FunctionKind::present_over_time),
      over_time("rate", FunctionKind::rate),
      over_time("resets", FunctionKind::resets),
      over_time("stddev_over_time", FunctionKind::stddev_over_time),
      over_time("stdvar_over_time", FunctionKind::stdvar_over_time),
      over_time("sum_over_time", FunctionKind::sum_over_time),
  };
}

std::vector<Function> with_own_shape() {
  constexpr auto no = FunctionKind::unsupported;
  return {
      {"histogram_fraction", {scalar, scalar, vector}},
      {"holt_winters", {matrix, scalar, scalar}},
      {"label_join", {vector, string, string, string}, vector, no, 1, true},
      {"label_replace",
       {vector, string, string, string, string},
       vector,
       FunctionKind::label_replace},
      {"predict_linear", {matrix, scalar}},
  };
}

std::vector<Function> all_functions() {
  std::vector<Function> all = supported();
  for (Function& function : with_own_shape()) all.push_back(std::move(function));
  for (const std::string_view name : {"acos",
                                      "acosh",
                                      "asin",
                                      "asinh",
                                      "atan",
                                      "atanh",
                                      "cos",
                                      "cosh",
                                      "deg",
                                      "exp",
                                      "histogram_count",
                                      "histogram_sum",
                                      "ln",
                                      "log10",
                                      "log2",
                                      "rad",
                                      "sin",
                                      "sinh",
                                      "tan",
                                      "tanh",
                                      "timestamp"}) {
    all.push_back(math(name));
  }
  all.push_back(over_time("deriv"));
  for (const std::string_view name : {"day_of_month", "day_of_week", "day_of_year", "days_in_month",
                                      "hour", "minute", "month", "year"}) {
    all.push_back(of_time(name));
  }
  return all;
}

const std::vector<Function>& known_functions() {
  static const std::vector<Function> all = all_functions();
  return all;
}

}  // namespace

std::string_view type_name(ValueType type) {
  constexpr std::array<std::string_view, 5> names{"nothing", "scalar", "instant vector",
                                                  "range vector", "string"};
  return names[static_cast<std::size_t>(type)];
}

const Function* find_function(std::string_view name) {
  const std::vector<Function>& all = known_functions();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Function& function) { return function.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string_view nearest_function(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Function& function : known_functions()) names.push_back(function.name);
  return config::nearest(name, names);
}

}  // namespace outrider::promql
