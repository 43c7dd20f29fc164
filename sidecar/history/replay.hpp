// SPDX-License-Identifier: Apache-2.0
// A question about the past: an expression evaluated as the rules evaluate it, once more,
// over the looks that a timeline has kept. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "history/timeline.hpp"
#include "promql/ast.hpp"

namespace outrider::history {

/// Unix times: `start`, and so on by `step` as long as it is not after `end`.
struct Steps {
  nanoseconds start{};
  nanoseconds end{};
  nanoseconds step = std::chrono::seconds{1};

  [[nodiscard]] std::size_t count() const {
    return end < start ? 0 : 1 + static_cast<std::size_t>((end - start) / step);
  }
};

struct Point {
  nanoseconds wall{};
  double value = 0;
};

struct Row {
  Labels labels;
  std::vector<Point> points;  ///< rising times; never empty
};

struct Answer {
  std::vector<Row> rows;
  std::string problem{};  ///< empty: the rows are the answer
  /// What was asked for begins before the timeline does, and this is when that is.
  std::optional<nanoseconds> begins_late{};
};

/// What one question may take, so that those who only look are not kept from it long.
inline constexpr std::uint64_t most_work = 300'000'000;  ///< cells evaluated and samples of ranges
inline constexpr std::uint64_t most_cells = 200'000;     ///< values that all nodes keep at once
inline constexpr std::size_t most_points = 500'000;      ///< of the answer
inline constexpr std::size_t most_ring_bytes = std::size_t{8} << 20U;

/// A value stands for so long after the look that saw it, as in Prometheus.
inline constexpr nanoseconds lookback = std::chrono::minutes{5};

/// `expr` comes from promql::parse() and is a scalar or an instant vector. A step is
/// answered by the last look at or before it.
Answer replay(const promql::Expr& expr, const Timeline& timeline, const Steps& steps);

/// What was seen of a range that ends at `end`: the answer to an instant query for a
/// matrix selector.
Answer samples(const promql::MatrixSelector& matrix, const Timeline& timeline, nanoseconds end);

}  // namespace outrider::history
