// SPDX-License-Identifier: Apache-2.0
// A producer on a real segment of its own, and the sidecar's end of it played in
// the same thread: the ring is emptied and the gate held open between calls.
#pragma once

#include <cstdint>
#include <optional>

#include <outrider/producer.hpp>
#include <outrider/shm/control.hpp>

#include "bench_directory.hpp"

namespace outrider::bench {

inline constexpr std::uint64_t ring_capacity = 4096;

class BenchTrader {
 public:
  /// Ends the program with the reason when the segment cannot be made.
  explicit BenchTrader(const char* name);
  BenchTrader(const BenchTrader&) = delete;
  BenchTrader& operator=(const BenchTrader&) = delete;

  Writer& writer() noexcept { return writer_; }

  /// A gate whose lease runs for the next seconds.
  Gate open_gate();

  /// Gives the ring back as drained, without looking at what is in it.
  void drain() noexcept { reader_->release(reader_->readable(), control_->position(0)); }
  [[nodiscard]] std::uint64_t spilled() const noexcept { return reader_->spilled(); }

 private:
  SegmentDirectory directory_;
  std::optional<Producer> producer_;
  Writer writer_;
  shm::AttachedTelemetry telemetry_;
  shm::Mapping control_mapping_;
  std::optional<shm::Control> control_;
  std::optional<shm::RingReader> reader_;
};

/// The one whose ring is kept empty, and the one whose ring is left full.
BenchTrader& trader();
BenchTrader& full_trader();

}  // namespace outrider::bench
