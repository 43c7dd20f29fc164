// SPDX-License-Identifier: Apache-2.0
// Many slots into one: aggregations and histogram_quantile. Those that order the
// elements of a group are in rank_nodes.cpp.
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "promql/aggregation_groups.hpp"
#include "promql/nodes.hpp"
#include "promql/number_literal.hpp"
#include "promql/quantile.hpp"

namespace outrider::promql {

namespace {

/// The value of a group so far; PromQL adds in the order of the vector.
struct Accumulator {
  double value = 0;
  double count = 0;
  double mean = 0;  ///< of stddev and stdvar only

  void add(AggregateOperator op, double sample) noexcept {
    count += 1;
    const bool first = count == 1;
    switch (op) {
      case AggregateOperator::sum:
        value = first ? sample : value + sample;
        break;
      case AggregateOperator::min:
        if (first || sample < value || std::isnan(value)) value = sample;
        break;
      case AggregateOperator::max:
        if (first || sample > value || std::isnan(value)) value = sample;
        break;
      case AggregateOperator::avg:
        value = first ? sample : next_mean(sample);
        break;
      case AggregateOperator::count:
        value = count;
        break;
      case AggregateOperator::group:
        value = 1;
        break;
      default:
        add_deviation(sample);
    }
  }

  /// What is left to do when all are in.
  [[nodiscard]] double result(AggregateOperator op) const noexcept {
    if (op == AggregateOperator::stddev) return std::sqrt(value / count);
    return op == AggregateOperator::stdvar ? value / count : value;
  }

  /// Welford's: `value` is the sum of squared distances from the mean.
  void add_deviation(double sample) noexcept {
    if (count == 1) {
      mean = sample;
      return;
    }
    const double delta = sample - mean;
    mean += delta / count;
    value += delta * (sample - mean);
  }

  /// Divides before it subtracts, so that large values do not overflow; an
  /// infinite mean stays what it is until something contradicts it.
  [[nodiscard]] double next_mean(double sample) const noexcept {
    if (std::isinf(value)) {
      if (std::isinf(sample) && (value > 0) == (sample > 0)) return value;
      if (!std::isinf(sample) && !std::isnan(sample)) return value;
    }
    return value + (sample / count - value / count);
  }
};

class AggregationNode : public VectorNode {
 public:
  AggregationNode(const Aggregation& aggregation, VectorNodePtr operand)
      : op_{aggregation.op}, operand_{std::move(operand)} {
    auto groups = AggregationGroups::of(aggregation, *operand_);
    group_of_ = std::move(groups.group_of);
    accumulators_.resize(groups.labels.size());
    set_slots(std::move(groups.labels));
    for (std::size_t slot = 0; slot < operand_->size(); ++slot) {
      if (operand_->is_blind(slot)) set_blind(group_of_[slot]);
    }
  }

  void evaluate(Evaluation& evaluation) noexcept override {
    operand_->evaluate(evaluation);
    std::fill(accumulators_.begin(), accumulators_.end(), Accumulator{});
    for (std::size_t slot = 0; slot < operand_->size(); ++slot) {
      if (operand_->present(slot)) accumulators_[group_of_[slot]].add(op_, operand_->value(slot));
    }
    for (std::size_t group = 0; group < size(); ++group) {
      if (accumulators_[group].count > 0) {
        set(group, accumulators_[group].result(op_));
      } else {
        clear(group);
      }
    }
  }

  bool has_data() const noexcept override { return operand_->has_data(); }

 private:
  AggregateOperator op_;
  VectorNodePtr operand_;
  std::vector<std::uint32_t> group_of_;
  std::vector<Accumulator> accumulators_;
};

class HistogramQuantile : public VectorNode {
 public:
  HistogramQuantile(ScalarNodePtr quantile, VectorNodePtr operand)
      : quantile_{std::move(quantile)}, operand_{std::move(operand)} {
    std::map<Labels, std::size_t> groups;
    std::vector<Labels> labels;
    for (std::size_t slot = 0; slot < operand_->size(); ++slot) {
      const Labels& member = operand_->labels()[slot];
      const auto bound = parse_float(label_value(member, "le"));
      if (!bound || std::isnan(*bound)) continue;  // not a bucket
      Labels histogram = drop_labels(member, {metric_name_label, "le"});
      const auto [found, added] = groups.try_emplace(histogram, labels.size());
      if (added) labels.push_back(std::move(histogram));
      members_.resize(labels.size());
      members_[found->second].push_back({*bound, slot});
    }
    for (auto& members : members_) {
      std::stable_sort(members.begin(), members.end(), [](const Member& a, const Member& b) {
        return a.upper_bound < b.upper_bound;
      });
      scratch_.resize(std::max(scratch_.size(), members.size()));
    }
    set_slots(std::move(labels));
    for (std::size_t histogram = 0; histogram < size(); ++histogram) {
      for (const Member& member : members_[histogram]) {
        if (operand_->is_blind(member.slot)) set_blind(histogram);
      }
    }
  }

  void evaluate(Evaluation& evaluation) noexcept override {
    const double quantile = quantile_->evaluate(evaluation);
    operand_->evaluate(evaluation);
    for (std::size_t histogram = 0; histogram < size(); ++histogram) {
      std::size_t count = 0;
      for (const Member& member : members_[histogram]) {
        if (!operand_->present(member.slot)) continue;
        scratch_[count++] = {member.upper_bound, operand_->value(member.slot)};
      }
      if (count > 0) {
        set(histogram, bucket_quantile(quantile, std::span{scratch_}.first(count)));
      } else {
        clear(histogram);
      }
    }
  }

  bool has_data() const noexcept override { return operand_->has_data(); }

 private:
  struct Member {
    double upper_bound = 0;
    std::size_t slot = 0;
  };

  ScalarNodePtr quantile_;
  VectorNodePtr operand_;
  std::vector<std::vector<Member>> members_;  ///< by histogram, ascending bounds
  std::vector<Bucket> scratch_;               ///< room for the largest histogram
};

}  // namespace

VectorNodePtr make_aggregation(const Aggregation& aggregation, VectorNodePtr operand) {
  return std::make_unique<AggregationNode>(aggregation, std::move(operand));
}

VectorNodePtr make_histogram_quantile(ScalarNodePtr quantile, VectorNodePtr buckets) {
  return std::make_unique<HistogramQuantile>(std::move(quantile), std::move(buckets));
}

}  // namespace outrider::promql
