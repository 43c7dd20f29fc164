// SPDX-License-Identifier: Apache-2.0
// What the trader measures: every series it registers, and beside each record
// its own count of the call in private memory, so that the sidecar's totals can
// be judged by something outside the segments.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <outrider/producer.hpp>
#include <string_view>

#include "wire.hpp"

namespace demo {

/// The trader's own account, printed at its end.
struct TraderLedger {
  std::uint64_t samples = 0;  ///< completed Histogram::record calls
  std::uint64_t packets = 0;
  std::uint64_t missed = 0;  ///< packets that the sequence says were sent and never came
  std::uint64_t sent = 0;
  std::uint64_t acked = 0;
  std::uint64_t filled = 0;
  std::uint64_t rejected = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t blocked = 0;               ///< orders that the gate refused
  std::uint64_t cancels_while_closed = 0;  ///< cancels that passed a closed gate
  std::uint64_t longest_losing_streak = 0;
};

/// A counter for each side, and the ledger's entry that it must agree with.
class OrderCounter {
 public:
  struct Text {
    std::string_view name;
    std::string_view help;
  };
  OrderCounter(outrider::Writer& writer, Text text, std::uint64_t& entry);
  void inc(Side side) noexcept {
    counters_[index(side)].inc();
    ++*entry_;
  }

 private:
  std::array<outrider::Counter, side_count> counters_;
  std::uint64_t* entry_;
};

/// A histogram of tick intervals that counts its records in the ledger.
class Stopwatch {
 public:
  Stopwatch(outrider::Histogram histogram, std::uint64_t& samples)
      : histogram_{histogram}, samples_{&samples} {}
  void record(outrider::Ticks start, outrider::Ticks stop) noexcept {
    histogram_.record(start, stop);
    ++*samples_;
  }

 private:
  outrider::Histogram histogram_;
  std::uint64_t* samples_;
};

/// All handles of the trading thread. Must not outlive the writer.
struct Telemetry {
  explicit Telemetry(outrider::Writer& writer);
  Telemetry(const Telemetry&) = delete;  // the counters point into this ledger
  Telemetry& operator=(const Telemetry&) = delete;

  TraderLedger ledger;
  Stopwatch tick_to_trade;
  Stopwatch order_round_trip;
  Stopwatch feed_gap;
  OrderCounter sent;
  OrderCounter acked;
  OrderCounter filled;
  OrderCounter rejected;
  OrderCounter cancelled;
  OrderCounter blocked;
  outrider::Counter feed_packets;
  outrider::Counter feed_missed;
  outrider::Gauge feed_silence;
  outrider::UpDownCounter open_orders;
  outrider::FailureStreak reject_streak;
  outrider::FailureStreak losing_streak;
  std::array<outrider::Gauge, symbol_count> position;
  outrider::Gauge profit;
};

}  // namespace demo
