// SPDX-License-Identifier: Apache-2.0
#include "outrider/shm/layout.hpp"

#include <bit>

namespace outrider::shm {
namespace {

constexpr std::uint64_t page_bytes = 4096;

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t step) noexcept {
  return (value + step - 1) / step * step;
}

constexpr bool within(std::uint64_t value, std::uint64_t lowest, std::uint64_t highest) noexcept {
  return value >= lowest && value <= highest;
}

}  // namespace

// Limits are also what keeps the layout arithmetic below far from overflow.
const char* refusal_of(const Geometry& geometry) noexcept {
  if (!within(geometry.lanes, 1, 1024)) return "lanes must be 1 to 1024";
  if (!within(geometry.ring_capacity, 2, 1 << 20) || !std::has_single_bit(geometry.ring_capacity)) {
    return "ring_capacity must be a power of two from 2 to 1048576";
  }
  if (!within(geometry.series, 1, 65535)) return "series must be 1 to 65535";
  if (geometry.cells > 65535) return "cells must be at most 65535";
  if (geometry.gauges > 65535) return "gauges must be at most 65535";
  if (geometry.histograms > 65535) return "histograms must be at most 65535";
  if (geometry.gates > 4096) return "gates must be at most 4096";
  if (geometry.string_bytes > (64 << 20)) return "string_bytes must be at most 64 MiB";
  if (geometry.spill_bytes > (256 << 20)) return "spill_bytes must be at most 256 MiB";
  // The sidecar looks through a word for each of them whenever it binds.
  if (std::uint64_t{geometry.lanes} * geometry.histograms > (1 << 18)) {
    return "lanes times histograms must be at most 262144";
  }
  return nullptr;
}

TelemetryLayout::TelemetryLayout(const Geometry& geometry) noexcept {
  constexpr std::uint64_t line = false_sharing_range;
  state = page_bytes;
  series = round_up(state + sizeof(TelemetryState), line);
  strings = round_up(series + geometry.series * sizeof(SeriesEntry), line);
  gauges = round_up(strings + geometry.string_bytes, line);
  acks = round_up(gauges + geometry.gauges * gauge_stride, line);
  lanes = round_up(acks + geometry.gates * sizeof(GateAck), line);

  lane_spills = sizeof(LaneHeader);
  lane_cells = round_up(lane_spills + geometry.histograms * sizeof(std::uint64_t), line);
  lane_ring = round_up(lane_cells + geometry.cells * sizeof(std::uint64_t), line);
  lane_stride = round_up(lane_ring + geometry.ring_capacity * sizeof(Sample), line);

  spill = round_up(lanes + (geometry.lanes + 1) * lane_stride, page_bytes);
  total = round_up(spill + geometry.spill_bytes, page_bytes);
}

ControlLayout::ControlLayout(std::uint32_t lane_count, std::uint32_t gate_count) noexcept {
  state = false_sharing_range;
  positions = state + sizeof(ControlState);
  gates = positions + lane_count * sizeof(ReadPosition);
  total = round_up(gates + gate_count * sizeof(GateSlot), page_bytes);
}

}  // namespace outrider::shm
