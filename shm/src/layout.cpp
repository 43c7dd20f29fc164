// SPDX-License-Identifier: Apache-2.0
#include "outrider/shm/layout.hpp"

#include <array>
#include <bit>

namespace outrider::shm {
namespace {

constexpr std::uint64_t page_bytes = 4096;

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t step) noexcept {
  return (value + step - 1) / step * step;
}

}  // namespace

// Limits are also what keeps the layout arithmetic below far from overflow.
std::string refusal_of(const Geometry& geometry) {
  struct Limit {
    const char* field;
    std::uint64_t found, lowest, highest;
  };
  const std::array<Limit, 10> limits{{
      {"lanes", geometry.lanes, 1, 1024},
      {"ring_capacity", geometry.ring_capacity, 2, 1 << 20},
      {"series", geometry.series, 1, 65535},
      {"cells", geometry.cells, 0, 65535},
      {"gauges", geometry.gauges, 0, 65535},
      {"histograms", geometry.histograms, 0, 65535},
      {"gates", geometry.gates, 0, 4096},
      {"string_bytes", geometry.string_bytes, 0, 64 << 20},
      {"spill_bytes", geometry.spill_bytes, 0, 256 << 20},
      // The sidecar looks through a word for each of them whenever it binds.
      {"lanes times histograms", std::uint64_t{geometry.lanes} * geometry.histograms, 0, 1 << 18},
  }};
  for (const auto& [field, found, lowest, highest] : limits) {
    if (found >= lowest && found <= highest) continue;
    return std::string{field} + ": found " + std::to_string(found) + "; needed " +
           std::to_string(lowest) + " to " + std::to_string(highest);
  }
  if (std::has_single_bit(geometry.ring_capacity)) return {};
  return "ring_capacity: found " + std::to_string(geometry.ring_capacity) +
         "; needed a power of two from 2 to 1048576";
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

ControlLayout::ControlLayout(std::uint32_t lane_count, std::uint32_t gate_count,
                             std::uint32_t minor) noexcept {
  state = false_sharing_range;
  positions = state + sizeof(ControlState);
  gates = positions + lane_count * sizeof(ReadPosition);
  directives = round_up(gates + gate_count * sizeof(GateSlot), page_bytes);
  const std::uint64_t table = minor >= minor_with_directives ? sizeof(DirectiveTable) : 0;
  total = round_up(directives + table, page_bytes);
}

}  // namespace outrider::shm
