// SPDX-License-Identifier: Apache-2.0
#include "cli/dump.hpp"

#include <chrono>
#include <thread>

#include "outputs/status.hpp"
#include "outrider/shm/identity.hpp"

namespace outrider::cli {
namespace {

std::optional<std::int64_t> wall_offset(const shm::TelemetryHeader& header) {
  if (header.boot_id.data() != shm::boot_id()) return std::nullopt;
  const std::chrono::nanoseconds wall = std::chrono::system_clock::now().time_since_epoch();
  return wall.count() - static_cast<std::int64_t>(shm::monotonic_ns());
}

segments::ProducerState state_after_a_while(const Opened& opened) {
  const std::uint64_t before = recorded(opened);
  const segments::ProducerState still = state_of(opened, false);
  if (still != segments::ProducerState::idle) return still;
  std::this_thread::sleep_for(two_looks_apart);
  return state_of(opened, recorded(opened) != before);
}

}  // namespace

std::string Dump::time_of(const SampleReading& sample) const {
  if (!wall_offset_ns) return {};
  return outputs::wall_text((static_cast<std::int64_t>(sample.stamp_ns) + *wall_offset_ns) /
                            1'000'000);
}

std::optional<Dump> take_dump(const Opened& opened) {
  Dump dump;
  dump.file = opened.files.telemetry;
  dump.header = opened.header();
  dump.state = state_after_a_while(opened);
  // sync(retired): acquire, pairs with Drainer::mark_retired.
  dump.retired =
      opened.control && opened.control_view().state().retired.load(std::memory_order_acquire) == 1;
  for (auto& [slot, gate] : gates_of(opened)) {
    read_gate(opened, slot, gate);
    dump.gates.push_back(std::move(gate));
  }
  dump.reading = read_segment(opened);
  dump.wall_offset_ns = wall_offset(dump.header);
  if (opened.is_cut_short()) return std::nullopt;
  return dump;
}

std::optional<Dump> take_dump(const Opened& opened, const FlightRecording& recording,
                              const FlightSegment& segment) {
  Dump dump;
  dump.file = segment.file;
  dump.header = opened.header();
  dump.state = recording.state_of(segment);
  for (auto& [slot, gate] : gates_of(opened)) {
    recording.read_gate(segment.producer, gate);
    dump.gates.push_back(std::move(gate));
  }
  dump.reading = read_segment(opened);
  dump.wall_offset_ns = recording.wall_offset(dump.header.boot_id.data());
  if (opened.is_cut_short()) return std::nullopt;
  return dump;
}

}  // namespace outrider::cli
