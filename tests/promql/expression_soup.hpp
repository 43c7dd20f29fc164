// SPDX-License-Identifier: Apache-2.0
// Expressions made at random from the grammar this version supports: each one
// parses, and most have a value. The same seed makes the same ones.
#pragma once

#include <random>
#include <string>
#include <vector>

namespace outrider::test {

class ExpressionSoup {
 public:
  explicit ExpressionSoup(unsigned seed) : random_{seed} {}

  std::string vector(int depth) {
    if (depth <= 0) return selector();
    switch (pick(13)) {
      case 0:
        return "(" + vector(depth - 1) + one_of(arithmetic_) + scalar(depth - 1) + ")";
      case 1:
        return "(" + scalar(depth - 1) + one_of(comparison_) + boolean() + vector(depth - 1) + ")";
      case 2:
        return "(" + vector(depth - 1) + one_of(comparison_) + boolean() + matching() +
               vector(depth - 1) + ")";
      case 3:
        return "(" + vector(depth - 1) + one_of(arithmetic_) + matching() + vector(depth - 1) + ")";
      case 4:
        return "(" + vector(depth - 1) + one_of(set_) + matching() + vector(depth - 1) + ")";
      case 5:
        return aggregation(depth - 1);
      case 6:
        return one_of(range_) + "(" + range() + ")";
      case 7:
        return "-" + vector(depth - 1);
      case 8:
        return one_of(math_) + "(" + vector(depth - 1) + ")";
      case 9:
        return clamped(depth - 1);
      case 10:
        return "(" + vector(depth - 1) + one_of(pick(2) ? arithmetic_ : comparison_) + join() +
               vector(depth - 1) + ")";
      case 11:
        return selector() + offset();
      default:
        return selector();
    }
  }

 private:
  std::string range() {
    return selector() + "[" + one_of(duration_) + "]" + (pick(3) ? "" : offset());
  }
  std::string offset() { return " offset " + one_of(duration_); }
  std::string clamped(int depth) {
    const std::string operand = "(" + vector(depth) + ", " + scalar(1);
    if (pick(3) == 0) return "clamp" + operand + ", " + scalar(1) + ")";
    return (pick(2) ? "clamp_min" : "clamp_max") + operand + ")";
  }
  std::string join() {
    const std::string taken = pick(2) ? label_list() : "";
    return (pick(2) ? " on" : " ignoring") + label_list() +
           (pick(2) ? " group_left" : " group_right") + taken + " ";
  }

  /// What depends on the order of its elements to the last bit is given values
  /// whose sums and means are exact.
  std::string aggregation(int depth) {
    switch (pick(5)) {
      case 0:
        return "sum" + grouping() + "(" + exact(depth) + ")";
      case 1:
        return "avg" + grouping() + "(" + selector() + ")";
      case 2:
        return "quantile" + grouping() + "(" + scalar(1) + ", " + vector(depth) + ")";
      default:
        return one_of(order_free_) + grouping() + "(" + vector(depth) + ")";
    }
  }

  std::string exact(int depth) {
    if (depth <= 0) return selector();
    switch (pick(3)) {
      case 0:
        return "(" + exact(depth - 1) + (pick(2) ? " + " : " - ") + one_of(number_) + ")";
      case 1:
        return "(" + exact(depth - 1) + one_of(comparison_) + boolean() + one_of(number_) + ")";
      default:
        return "(" + exact(depth - 1) + one_of(set_) + matching() + exact(depth - 1) + ")";
    }
  }

  int pick(int count) { return std::uniform_int_distribution{0, count - 1}(random_); }
  std::string one_of(const std::vector<std::string>& words) {
    return words[static_cast<std::size_t>(pick(static_cast<int>(words.size())))];
  }

  std::string scalar(int depth) {
    if (depth <= 0 || pick(3) > 0) return one_of(number_);
    if (pick(4) == 0) return "scalar(" + selector() + ")";
    if (pick(6) == 0) return "time()";
    return "(" + scalar(depth - 1) + one_of(arithmetic_) + scalar(depth - 1) + ")";
  }
  std::string boolean() { return pick(2) ? " bool " : ""; }
  std::string matching() {
    if (pick(3) == 0) return "";
    return (pick(2) ? " on" : " ignoring") + label_list();
  }
  std::string grouping() {
    if (pick(3) == 0) return "";
    return (pick(2) ? " by " : " without ") + label_list();
  }
  std::string label_list() {
    const std::string first = one_of(label_);
    return pick(2) ? "(" + first + ")" : "(" + first + ", " + one_of(label_) + ")";
  }
  std::string selector() { return one_of(selector_); }

  std::vector<std::string> arithmetic_{" + ", " - ", " * ", " / ", " % "};
  std::vector<std::string> comparison_{" == ", " != ", " < ", " <= ", " > ", " >= "};
  std::vector<std::string> set_{" and ", " or ", " unless "};
  std::vector<std::string> order_free_{"min", "max", "count", "group"};
  std::vector<std::string> range_{"rate",
                                  "increase",
                                  "avg_over_time",
                                  "min_over_time",
                                  "max_over_time",
                                  "sum_over_time",
                                  "count_over_time",
                                  "last_over_time",
                                  "stddev_over_time",
                                  "stdvar_over_time",
                                  "changes",
                                  "present_over_time",
                                  "resets",
                                  "delta",
                                  "irate",
                                  "idelta"};
  std::vector<std::string> math_{"abs", "ceil", "floor", "round", "sgn", "sqrt"};
  std::vector<std::string> duration_{"2s", "5s", "10s", "30s", "1m"};
  std::vector<std::string> number_{"0", "1", "-2", "0.5", "3", "100"};
  std::vector<std::string> label_{"job", "instance", "host", "dc"};
  std::vector<std::string> selector_{"requests_total",
                                     "errors_total",
                                     "load",
                                     "limit",
                                     "bare",
                                     "up",
                                     "late_total",
                                     "gone_total",
                                     "requests_total{job=\"api\"}",
                                     "load{host=~\"a|c\"}",
                                     "load{host=\"b\"}",
                                     "gappy_total"};

  std::mt19937 random_;
};

}  // namespace outrider::test
