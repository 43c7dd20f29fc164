// SPDX-License-Identifier: Apache-2.0
// How fast a count grows, over windows that slide: marks of it a tenth of a window apart.
// Pure: time comes in as an argument.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>

namespace outrider::cli {

inline constexpr std::array<std::chrono::seconds, 3> rate_windows{
    std::chrono::seconds{10}, std::chrono::seconds{100}, std::chrono::seconds{1000}};

/// Each in counts per second; nothing where too little of it has been watched.
struct Averages {
  std::optional<double> last;  ///< between the last two looks
  std::array<std::optional<double>, rate_windows.size()> over;
};

class Rate {
 public:
  /// What the count is `now`. One that went back is another count: all begins anew.
  void add(std::chrono::nanoseconds now, double count);

  /// A window has a value when nine tenths of it have been watched; it then reaches back
  /// that far, and at most a look further than it is long.
  [[nodiscard]] Averages averages() const;

 private:
  struct Mark {
    std::chrono::nanoseconds at{};
    double count = 0;
  };
  static std::optional<double> between(const Mark& from, const Mark& to);

  std::optional<Mark> before_;  ///< the look before the last one
  std::optional<Mark> last_;
  std::array<std::deque<Mark>, rate_windows.size()> marks_;
};

}  // namespace outrider::cli
