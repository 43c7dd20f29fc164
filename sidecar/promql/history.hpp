// SPDX-License-Identifier: Apache-2.0
// The past of one series, as far back as some rule looks: a ring of samples of
// fixed size. Made by the discovery thread, written and read by the guard only.
// Invariant: times rise from sample 0 to the last.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "promql/labels.hpp"

namespace outrider::promql {

struct Sample {
  std::chrono::nanoseconds time{};
  double value = 0;
};

/// How much of the past one ring holds, and how finely.
struct HistoryShape {
  std::chrono::nanoseconds range{};   ///< the range selector's
  std::chrono::nanoseconds stride{};  ///< samples nearer than this replace each other
  std::size_t capacity = 0;

  /// Every evaluation is kept while range / interval fits into `most` samples;
  /// beyond that the stride grows until it does.
  static HistoryShape of(std::chrono::nanoseconds range, std::chrono::nanoseconds interval,
                         std::size_t most);
};

class History {
 public:
  explicit History(HistoryShape shape) : shape_{shape}, ring_(shape.capacity) {}

  /// The newest sample is always kept; it gives way to the next one unless it
  /// is a stride away from the one before. A second push at one time is ignored.
  void push(std::chrono::nanoseconds now, double value) noexcept;

  /// Forgets what lies outside [now - range, now].
  void forget_before(std::chrono::nanoseconds now) noexcept;

  /// How many samples are older than `time`.
  [[nodiscard]] std::size_t count_before(std::chrono::nanoseconds time) const noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return ring_.size(); }
  [[nodiscard]] const Sample& operator[](std::size_t i) const noexcept { return ring_[slot(i)]; }

 private:
  [[nodiscard]] std::size_t slot(std::size_t i) const noexcept {
    const std::size_t at = first_ + i;
    return at < ring_.size() ? at : at - ring_.size();
  }
  void drop_oldest() noexcept;

  HistoryShape shape_;
  std::vector<Sample> ring_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

struct HistoryLimits {
  /// Samples one series keeps for one range. More: finer over long ranges; each
  /// costs 16 bytes and a few nanoseconds per evaluation.
  std::size_t samples_per_series = 4096;
  /// Bytes of all rings together; a series beyond it has no range, and what it goes
  /// into cannot be judged.
  std::size_t bytes = 64U << 20U;
  /// Bytes of the rings of one owner: half, so that nobody takes them all.
  std::size_t bytes_each = 32U << 20U;
};

/// Owns the rings; outlives the plans that share them. Discovery thread only.
class HistoryRegistry {
 public:
  explicit HistoryRegistry(HistoryLimits limits = {}) : limits_{limits} {}

  /// The label that says whose a series is; empty: everything is nobody's.
  void charge_to(const std::string& label) { owner_label_ = label; }

  /// `scope` keeps apart those who sample at different times (rule groups).
  /// Null when a limit on bytes is reached.
  std::shared_ptr<History> find_or_create(const std::string& scope, const Labels& labels,
                                          std::chrono::nanoseconds range,
                                          std::chrono::nanoseconds interval);

  /// Call once a plan is made: rings unused for a while are given up, so that a
  /// series that comes back soon still has its past.
  void sweep();

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t refused() const noexcept { return refused_; }

 private:
  using Key = std::tuple<std::string, Labels, std::chrono::nanoseconds, std::chrono::nanoseconds>;
  struct Entry {
    std::shared_ptr<History> history;
    std::string owner;
    std::size_t sweeps_unused = 0;
  };

  HistoryLimits limits_;
  std::map<Key, Entry> rings_;
  std::string owner_label_;
  std::map<std::string, std::size_t> bytes_of_owner_;
  std::size_t bytes_ = 0;
  std::size_t refused_ = 0;
};

}  // namespace outrider::promql
