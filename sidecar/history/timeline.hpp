// SPDX-License-Identifier: Apache-2.0
// The last hour of every series, in bounded memory: what all values were at each look.
// Of a series only its changes are kept, so that one that rests costs nothing. Not for
// several threads at once; the guard never comes here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "promql/labels.hpp"
#include "promql/matcher.hpp"

namespace outrider::history {

using promql::Labels;
using std::chrono::nanoseconds;

/// Looks are numbered from the first on, whatever of them is still kept.
using LookNumber = std::uint32_t;

/// One series: from `look` on it had `value`, or none.
struct Change {
  LookNumber look = 0;
  bool present = false;
  double value = 0;
};

struct Series {
  std::string packed;  ///< labels(), in a third of the room
  std::vector<Change> changes{};
  LookNumber last_set = 0;  ///< the look after it; 0: none

  /// With `__name__`; normalized.
  [[nodiscard]] Labels labels() const;

  /// The last change at or before a look; null: there is none.
  [[nodiscard]] const Change* at(LookNumber look) const noexcept;
};

struct Limits {
  nanoseconds interval = std::chrono::seconds{5};  ///< between two looks
  nanoseconds retention = std::chrono::hours{1};   ///< older looks are forgotten
  std::size_t bytes = std::size_t{8} << 20U;       ///< beyond it the oldest looks go
};

class Timeline {
 public:
  explicit Timeline(Limits limits) : limits_{limits} {}

  /// The series of these labels; null when there is no room for another one, which is
  /// counted. It stays valid for as long as it is held.
  std::shared_ptr<Series> find_or_add(const Labels& labels);

  /// A look at everything: begin(), a set() for each value there is, end(). A wall clock
  /// that was set back takes the looks with it that it says are still to come.
  void begin(nanoseconds wall);
  void set(Series& series, double value);
  void end();

  [[nodiscard]] const Limits& limits() const noexcept { return limits_; }
  /// Looks that are kept: first_look() and so many from there on, by rising time.
  [[nodiscard]] std::size_t look_count() const noexcept { return times_.size(); }
  [[nodiscard]] LookNumber first_look() const noexcept { return first_; }
  [[nodiscard]] nanoseconds time_of(LookNumber look) const { return times_[look - first_]; }
  /// The first look at or after `wall`; one after the last if there is none.
  [[nodiscard]] LookNumber look_from(nanoseconds wall) const;
  /// The first look that is later than `wall`; one after the last if there is none.
  [[nodiscard]] LookNumber look_after(nanoseconds wall) const;

  /// Those that all matchers take, in the order of their labels.
  [[nodiscard]] std::vector<std::shared_ptr<const Series>> select(
      const std::vector<promql::LabelMatcher>& matchers) const;

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t series_count() const noexcept { return series_.size(); }
  /// Series that found no room for the last look.
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

 private:
  void forget_from(nanoseconds wall);
  void forget_before(LookNumber look);
  void forget_unused();
  void count_bytes();

  struct ByLabels {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): std::set's own name
    static std::string_view of(const std::shared_ptr<Series>& series) { return series->packed; }
    static std::string_view of(std::string_view packed) { return packed; }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return of(a) < of(b);
    }
  };

  Limits limits_;
  std::set<std::shared_ptr<Series>, ByLabels> series_;
  std::deque<nanoseconds> times_;
  LookNumber first_ = 0;
  LookNumber next_ = 0;
  std::size_t bytes_ = 0;
  std::size_t label_bytes_ = 0;  ///< of these: what a series takes before it has changed
  std::uint64_t refused_ = 0;
  std::uint64_t refused_now_ = 0;
};

}  // namespace outrider::history
