// SPDX-License-Identifier: Apache-2.0
// The last minutes of all series, taken out of the history at once and written down at
// leisure, as OpenMetrics text with times: what promtool and others read.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "history/timeline.hpp"

namespace outrider::flight {

using std::chrono::nanoseconds;

/// A line at rest is written so often, as a scrape would, and whenever it changes.
inline constexpr nanoseconds rest_period = std::chrono::minutes{1};

struct ExcerptSeries {
  history::Series series;  ///< with the changes that matter here
  std::string name;
  std::size_t first = 0;  ///< look, by its place in Excerpt::times
  std::size_t last = 0;   ///< likewise
};

struct Excerpt {
  std::vector<nanoseconds> times;  ///< Unix, of the looks; rising
  history::LookNumber first_look = 0;
  std::vector<ExcerptSeries> series;  ///< by name

  [[nodiscard]] nanoseconds from() const { return times.empty() ? nanoseconds{} : times.front(); }
  [[nodiscard]] nanoseconds to() const { return times.empty() ? nanoseconds{} : times.back(); }
};

/// Each series up to the newest look in which it had a value, and `window` back from there:
/// of a trader that has gone, its last minutes too.
Excerpt excerpt_of(const history::Timeline& timeline, nanoseconds window);

/// Calls `put` with whole lines, `# EOF` the last; the number of samples.
std::uint64_t write_open_metrics(const Excerpt& excerpt,
                                 const std::function<void(std::string_view)>& put);

}  // namespace outrider::flight
