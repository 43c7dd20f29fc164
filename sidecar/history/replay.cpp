// SPDX-License-Identifier: Apache-2.0
#include "history/replay.hpp"

#include <algorithm>
#include <map>
#include <variant>

#include "promql/bind.hpp"

namespace outrider::history {

namespace {

/// How far back of its own time an expression looks.
struct Reach {
  nanoseconds operator()(const promql::VectorSelector& selector) const {
    return selector.shift.offset;
  }
  nanoseconds operator()(const promql::MatrixSelector& matrix) const {
    return matrix.range + matrix.selector.shift.offset;
  }
  nanoseconds operator()(const promql::Binary& binary) const {
    return std::max(of(binary.left), of(binary.right));
  }
  nanoseconds operator()(const promql::Call& call) const {
    nanoseconds longest{};
    for (const promql::ExprPtr& argument : call.arguments)
      longest = std::max(longest, of(argument));
    return longest;
  }
  nanoseconds operator()(const promql::Aggregation& aggregation) const {
    return std::max(of(aggregation.operand), of(aggregation.parameter));
  }
  template <class Node>
  nanoseconds operator()(const Node& node) const {
    if constexpr (requires { node.operand; }) return of(node.operand);
    return {};
  }
  [[nodiscard]] nanoseconds of(const promql::ExprPtr& expr) const {
    return expr == nullptr ? nanoseconds{} : std::visit(*this, expr->node);
  }
};

/// What evaluating an expression takes.
class Cost {
 public:
  Cost(const promql::SeriesIndex& index, const promql::Expr& expr) : index_{index} { of(expr); }

  /// Label sets that all its nodes keep, at most; and of these, how many are selected.
  [[nodiscard]] std::uint64_t cells() const { return cells_; }
  [[nodiscard]] std::uint64_t selected() const { return selected_; }

  std::uint64_t operator()(const promql::VectorSelector& selector) {
    const std::uint64_t found = index_.select(selector.matchers).size();
    selected_ += found;
    return found;
  }
  std::uint64_t operator()(const promql::MatrixSelector& matrix) {
    return (*this)(matrix.selector);
  }
  std::uint64_t operator()(const promql::Binary& binary) {
    const std::uint64_t left = of(*binary.left);
    const std::uint64_t right = of(*binary.right);
    return binary.op == promql::BinaryOperator::logical_or ? left + right : std::max(left, right);
  }
  std::uint64_t operator()(const promql::Call& call) {
    std::uint64_t most = 1;
    for (const promql::ExprPtr& argument : call.arguments) most = std::max(most, of(*argument));
    return most;
  }
  template <class Node>
  std::uint64_t operator()(const Node& node) {
    if constexpr (requires { node.operand; }) return of(*node.operand);
    return 1;
  }

 private:
  /// Beyond what is too much nothing is counted any more.
  std::uint64_t of(const promql::Expr& expr) {
    if (cells_ > most_cells) return 0;
    const std::uint64_t own = std::visit(*this, expr.node);
    cells_ += own;
    return own;
  }

  const promql::SeriesIndex& index_;
  std::uint64_t cells_ = 0;
  std::uint64_t selected_ = 0;
};

/// The values as one look has seen them.
class Lens final : public aggregate::ValueSource {
 public:
  explicit Lens(std::vector<std::shared_ptr<const Series>> series) : series_{std::move(series)} {}

  void look_at(LookNumber look) { look_ = look; }
  /// At nothing.
  void close() { look_.reset(); }

  [[nodiscard]] const std::vector<std::shared_ptr<const Series>>& series() const { return series_; }

  bool read(aggregate::ValueId id, double& value) const noexcept override {
    const Change* change = look_ ? series_[id]->at(*look_) : nullptr;
    if (change == nullptr || !change->present) return false;
    value = change->value;
    return true;
  }

 private:
  std::vector<std::shared_ptr<const Series>> series_;  ///< by ValueId
  std::optional<LookNumber> look_;
};

/// When the timeline begins, if that is later than what is asked for.
std::optional<nanoseconds> begins_late(const Timeline& timeline, nanoseconds from) {
  if (timeline.look_count() == 0) return std::nullopt;
  const nanoseconds begin = timeline.time_of(timeline.first_look());
  if (from + timeline.limits().interval >= begin) return std::nullopt;
  return begin;
}

std::string too_many_points() {
  return "found more than " + std::to_string(most_points) +
         " points in the answer; needed fewer; ask for a longer step, a shorter range or fewer "
         "series";
}

/// One question, on its way.
class Replay {
 public:
  Replay(const promql::Expr& expr, const Timeline& timeline)
      : timeline_{timeline},
        registry_{{.bytes = most_ring_bytes, .bytes_each = most_ring_bytes}},
        lens_{timeline.select({})},
        reach_{std::visit(Reach{}, expr.node)} {
    const promql::SeriesIndex found = index(lens_.series());
    const Cost cost{found, expr};
    work_each_ = cost.cells() + cost.selected() * samples_of(reach_);
    if (cost.cells() <= most_cells)
      bound_.emplace(bind(expr, {found, registry_, "query", timeline.limits().interval}));
  }

  Answer over(const Steps& steps) {
    answer_.problem = refusal();
    if (!answer_.problem.empty()) return std::move(answer_);
    answer_.begins_late = begins_late(timeline_, steps.start - reach_);
    // A range ends at the look before its step, and an offset is answered by the one
    // before its time.
    const nanoseconds seen = seen_at(steps.start).value_or(steps.start);
    next_ = std::max(timeline_.look_after(seen - reach_), timeline_.first_look() + 1) - 1;
    for (std::size_t i = 0; i < steps.count() && answer_.problem.empty(); ++i) {
      step(steps.start + static_cast<std::int64_t>(i) * steps.step);
    }
    for (auto& [labels, points] : rows_) answer_.rows.push_back({labels, std::move(points)});
    if (!answer_.problem.empty()) answer_.rows.clear();
    return std::move(answer_);
  }

 private:
  static promql::SeriesIndex index(const std::vector<std::shared_ptr<const Series>>& series) {
    std::vector<aggregate::Series> numbered;
    numbered.reserve(series.size());
    for (const auto& each : series)
      numbered.push_back({each->labels(), static_cast<aggregate::ValueId>(numbered.size())});
    return promql::SeriesIndex{std::move(numbered)};
  }

  [[nodiscard]] std::uint64_t samples_of(nanoseconds range) const {
    return static_cast<std::uint64_t>(range / timeline_.limits().interval);
  }

  /// When the last look at or before a time was.
  [[nodiscard]] std::optional<nanoseconds> seen_at(nanoseconds wall) const {
    const LookNumber later = timeline_.look_after(wall);
    if (later == timeline_.first_look()) return std::nullopt;
    return timeline_.time_of(later - 1);
  }

  /// Empty: it may be evaluated.
  [[nodiscard]] std::string refusal() const {
    if (!bound_)
      return "found a query that keeps more than " + std::to_string(most_cells) +
             " values at once; needed fewer; select series by labels, or ask for less of them at "
             "once";
    for (std::size_t slot = 0; slot < bound_->labels().size(); ++slot) {
      if (bound_->is_blind(slot))
        return "found ranges that need more than the " + std::to_string(most_ring_bytes >> 20U) +
               " MiB that a query may take; needed fewer series or a shorter range; select them by "
               "labels";
    }
    return {};
  }

  bool evaluate(nanoseconds now, nanoseconds wall) {
    if (!bound_->evaluate(lens_, now, wall)) {
      answer_.problem = bound_->error();
    } else if ((work_ += work_each_) > most_work) {
      answer_.problem =
          "found a query of too many series and steps; needed one that is answered in seconds; "
          "ask for a longer step, a shorter range or fewer series";
    }
    return answer_.problem.empty();
  }

  /// Ranges are filled by being evaluated at each look on the way.
  void step(nanoseconds at) {
    const LookNumber until = timeline_.look_after(at);
    for (; reach_ != nanoseconds{} && next_ < until; ++next_) {
      lens_.look_at(next_);
      if (!evaluate(timeline_.time_of(next_), timeline_.time_of(next_))) return;
    }
    const auto seen = seen_at(at);
    const bool is_fresh = seen && *seen > at - lookback;
    is_fresh ? lens_.look_at(until - 1) : lens_.close();
    if (evaluate(is_fresh ? *seen : at, at)) take(at);
  }

  void take(nanoseconds at) {
    for (std::size_t slot = 0; slot < bound_->labels().size(); ++slot) {
      if (!bound_->present(slot)) continue;
      rows_[bound_->labels()[slot]].push_back({at, bound_->value(slot)});
      if (++points_ <= most_points) continue;
      answer_.problem = too_many_points();
      return;
    }
  }

  const Timeline& timeline_;
  promql::HistoryRegistry registry_;
  Lens lens_;
  nanoseconds reach_;
  std::uint64_t work_each_ = 0;  ///< of one evaluation
  std::uint64_t work_ = 0;
  std::optional<promql::BoundExpr> bound_;  ///< none: it would keep too much
  LookNumber next_ = 0;                     ///< whose values ranges have not taken in
  std::size_t points_ = 0;
  std::map<Labels, std::vector<Point>> rows_;
  Answer answer_;
};

}  // namespace

Answer replay(const promql::Expr& expr, const Timeline& timeline, const Steps& steps) {
  return Replay{expr, timeline}.over(steps);
}

Answer samples(const promql::MatrixSelector& matrix, const Timeline& timeline, nanoseconds end) {
  Answer answer;
  std::size_t points = 0;
  const nanoseconds last = end - matrix.selector.shift.offset;
  const LookNumber from = timeline.look_from(last - matrix.range);
  const LookNumber until = timeline.look_after(last);
  for (const auto& series : timeline.select(matrix.selector.matchers)) {
    Row row{series->labels(), {}};
    for (LookNumber look = from; look < until; ++look) {
      const Change* change = series->at(look);
      if (change != nullptr && change->present)
        row.points.push_back({timeline.time_of(look), change->value});
    }
    points += row.points.size();
    if (points > most_points) return {{}, too_many_points()};
    if (!row.points.empty()) answer.rows.push_back(std::move(row));
  }
  answer.begins_late = begins_late(timeline, last - matrix.range);
  return answer;
}

}  // namespace outrider::history
