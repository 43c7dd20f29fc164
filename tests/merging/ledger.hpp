// SPDX-License-Identifier: Apache-2.0
// What threads did, in memory of the test's own, and the page judged by it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "merging/page.hpp"
#include "outrider/producer.hpp"

namespace outrider::merging {

/// Of the histogram that the ledger knows. Some lie within a bucket of the HDR
/// layout, which they cut.
inline constexpr std::array<std::uint64_t, 6> bounds{1, 10, 1'000, 1'003, 100'001, 5'000'000};

inline HistogramOptions histogram_options() {
  return {.unit = Unit::count(), .bounds = {bounds.begin(), bounds.end()}};
}

/// Any number of threads may write it.
class Ledger {
 public:
  void counted(std::uint64_t n) { counter_ += n; }
  void moved(std::int64_t n) { up_down_ += n; }
  void recorded(std::uint64_t value) {
    const auto bound = std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin();
    ++buckets_[static_cast<std::size_t>(bound)];
    sum_ += value;
  }

  [[nodiscard]] std::uint64_t samples() const {
    std::uint64_t count = 0;
    for (const auto& bucket : buckets_) count += bucket;
    return count;
  }

  /// What differs on the page; `labels` as it shows them, such as `producer="oms"`.
  [[nodiscard]] std::string differences(const Page& page, const std::string& labels) const {
    std::string all;
    const auto expect = [&](const std::string& sample, double wanted) {
      if (page.value(sample) == wanted) return;
      all += sample + ": found " + page.written(sample) + ", the ledger says " +
             std::to_string(wanted) + "\n";
    };
    expect("calls_total{" + labels + "}", static_cast<double>(counter_.load()));
    expect("open_orders{" + labels + "}", static_cast<double>(up_down_.load()));
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      below += buckets_[i];
      expect("order_bytes_bucket{" + labels + ",le=\"" + std::to_string(bounds[i]) + "\"}",
             static_cast<double>(below));
    }
    expect("order_bytes_bucket{" + labels + ",le=\"+Inf\"}", static_cast<double>(samples()));
    expect("order_bytes_count{" + labels + "}", static_cast<double>(samples()));
    expect("order_bytes_sum{" + labels + "}", static_cast<double>(sum_.load()));
    return all;
  }

 private:
  std::atomic<std::uint64_t> counter_{0};
  std::atomic<std::int64_t> up_down_{0};
  std::array<std::atomic<std::uint64_t>, bounds.size() + 1> buckets_{};
  std::atomic<std::uint64_t> sum_{0};
};

/// One thread's handles, and the ledger beside them.
class Recorder {
 public:
  Recorder(Writer& writer, Ledger& ledger)
      : calls_{writer.counter("calls_total", "Calls.")},
        open_{writer.up_down_counter("open_orders", "Open orders.")},
        bytes_{writer.histogram("order_bytes", "Order sizes.", histogram_options())},
        ledger_{ledger} {}

  void record(std::uint64_t seed) {
    calls_.add(1 + seed % 3);
    ledger_.counted(1 + seed % 3);
    const auto move = static_cast<std::int64_t>(seed % 7) - 3;
    move < 0 ? open_.sub(-move) : open_.add(move);
    ledger_.moved(move);
    // At a bound, one below, one above: where a merge that is nearly right is wrong.
    const std::uint64_t value = bounds[seed % bounds.size()] + seed / bounds.size() % 3 - 1;
    bytes_.record(value, ticks());
    ledger_.recorded(value);
  }

 private:
  Counter calls_;
  UpDownCounter open_;
  Histogram bytes_;
  Ledger& ledger_;
};

}  // namespace outrider::merging
