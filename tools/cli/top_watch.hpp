// SPDX-License-Identifier: Apache-2.0
// What `outrider top` shows: one look after the other, and how fast counts grew between.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/overview.hpp"
#include "cli/places.hpp"
#include "cli/rates.hpp"
#include "cli/segment_reading.hpp"
#include "cli/sidecar_view.hpp"

namespace outrider::cli {

struct WatchedProducer {
  ProducerOverview who;
  std::chrono::nanoseconds heartbeat_age{};  ///< max(): it has not beaten yet
  LawReading law;
  Averages samples;
};

/// A counter, or how often a histogram was recorded.
struct WatchedCount {
  std::string series;  ///< with labels
  std::string producer;
  double count = 0;
  Averages rate;
};

struct WatchedLatency {
  Latency latency;
  Averages rate;
};

struct TopFrame {
  std::int64_t wall_ms = 0;
  std::chrono::nanoseconds interval{};
  Overview overview;  ///< its producers stand below, with more
  std::vector<WatchedProducer> producers;
  std::vector<WatchedCount> counters;  ///< the fastest first; only of those that may grow yet
  SidecarView sidecar;
  std::vector<WatchedLatency> latencies;
};

class TopWatch {
 public:
  TopWatch(const Places& places, std::chrono::nanoseconds interval)
      : places_{places}, interval_{interval} {}

  TopFrame look();

 private:
  void look_at_segments(TopFrame& frame);
  void look_at_counters(const Opened& opened, TopFrame& frame);
  /// Of the count of this name; one that was not there at the look before is new.
  Averages follow(const std::string& key, double count);
  void forget_what_is_gone();

  struct Followed {
    Rate rate;
    std::uint64_t look = 0;
  };

  const Places& places_;
  std::chrono::nanoseconds interval_;
  std::chrono::nanoseconds now_{};
  std::uint64_t looks_ = 0;
  std::map<std::string, Followed> rates_;
};

}  // namespace outrider::cli
