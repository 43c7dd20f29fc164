// SPDX-License-Identifier: Apache-2.0
#include "promql/sampling.hpp"

#include <string>

#include "promql/history.hpp"

namespace outrider::promql {

namespace {

using std::chrono::nanoseconds;

/// A range of fewer samples than this says nothing of what went on in it.
constexpr int least_samples = 3;
/// Half of how long a value of the past stands for the time after it.
constexpr nanoseconds coarsest_offset = std::chrono::seconds{150};

bool counts_samples(FunctionKind kind) {
  return kind == FunctionKind::count_over_time || kind == FunctionKind::sum_over_time;
}

class SamplingCheck {
 public:
  SamplingCheck(nanoseconds interval, std::vector<Problem>& problems)
      : interval_{interval}, problems_{problems} {}

  void walk(const Expr& expr) {
    offset_ = expr.offset;
    std::visit(*this, expr.node);
  }

  void operator()(const VectorSelector& selector) {
    const nanoseconds kept = stride(selector.shift.offset);
    if (selector.shift.offset.count() == 0 || kept <= coarsest_offset) return;
    report("an offset so far back that its value is kept each " + duration_text(kept),
           "one of at most a week; shorten it");
  }
  void operator()(const Call& call) {
    for (const ExprPtr& argument : call.arguments) {
      const Expr& inner = strip_parens(*argument);
      if (const auto* matrix = std::get_if<MatrixSelector>(&inner.node)) {
        offset_ = inner.offset;
        check(call.function->kind, *matrix);
      } else {
        walk(inner);
      }
    }
  }
  void operator()(const Paren& paren) { walk(*paren.operand); }
  void operator()(const Unary& unary) { walk(*unary.operand); }
  void operator()(const Binary& binary) {
    walk(*binary.left);
    walk(*binary.right);
  }
  void operator()(const Aggregation& aggregation) {
    if (aggregation.parameter) walk(*aggregation.parameter);
    walk(*aggregation.operand);
  }
  template <typename Leaf>
  void operator()(const Leaf&) {}

 private:
  /// How far apart samples are kept for a past of that length.
  [[nodiscard]] nanoseconds stride(nanoseconds back) const {
    return HistoryShape::of(back, interval_, HistoryLimits{}.samples_per_series).stride;
  }

  void check(FunctionKind kind, const MatrixSelector& matrix) {
    const nanoseconds back = matrix.range + matrix.selector.shift.offset;
    const nanoseconds kept = stride(back);
    if (kept < interval_) return;  // every evaluation is kept
    if (counts_samples(kind)) {
      report("a count or a sum of more samples than are kept, one each " + duration_text(kept),
             "a group's interval of at least " + duration_text(kept) +
                 ", for what it yields depends on that; write it");
    } else if (matrix.range < kept * least_samples) {
      report("a range so far back that its samples are kept each " + duration_text(kept),
             "one of at least three; lengthen it or shorten the offset");
    }
  }

  /// Rounded up, so that what is advised is enough.
  static std::string duration_text(nanoseconds duration) {
    constexpr std::int64_t millisecond = 1'000'000;
    return std::to_string((duration.count() + millisecond - 1) / millisecond) + "ms";
  }

  void report(const std::string& found, const std::string& needed) {
    problems_.push_back({offset_, "found " + found + "; needed " + needed});
  }

  nanoseconds interval_;
  std::vector<Problem>& problems_;
  std::size_t offset_ = 0;
};

}  // namespace

std::vector<Problem> check_sampling(const Expr& expr, nanoseconds interval) {
  std::vector<Problem> problems;
  SamplingCheck{interval, problems}.walk(expr);
  return problems;
}

}  // namespace outrider::promql
