// SPDX-License-Identifier: Apache-2.0
// One generation of one producer, as the sidecar holds it: the trader's
// telemetry mapped read-only, our control segment, and what is known of the
// trader's life. Made by the discovery thread, used by the guard thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "outrider/shm/control.hpp"
#include "outrider/shm/heartbeat.hpp"
#include "outrider/shm/telemetry.hpp"

namespace outrider::segments {

struct Segment {
  Segment(std::string name, shm::AttachedTelemetry&& attached, shm::Mapping&& control_mapping,
          shm::Descriptor&& lock);

  const std::string name;
  const shm::AttachedTelemetry telemetry;
  const shm::Mapping control_mapping;
  const shm::TelemetryView view;
  const shm::Control control;

  [[nodiscard]] std::uint64_t generation() const noexcept { return telemetry.header.generation; }
  [[nodiscard]] const shm::Geometry& geometry() const noexcept { return telemetry.header.geometry; }
  [[nodiscard]] const shm::TickClock& clock() const noexcept { return telemetry.header.clock; }

  /// Whether the trader is gone for good: it said so, or the kernel does. Cold.
  /// A newer generation of the name holds its lock, so then the lock says nothing;
  /// one of the same process means that the process has begun anew.
  [[nodiscard]] bool trader_has_ended(const Segment* newer) const;

  /// Discovery to guard: no more samples will come; drain what is left.
  std::atomic<bool> ended{false};
  /// Guard to discovery: everything is carried over and committed.
  std::atomic<bool> retired{false};

 private:
  shm::Descriptor lock_;
};

/// A segment file seen in the directory.
struct Found {
  std::string name;
  std::uint64_t generation = 0;
  friend auto operator<=>(const Found&, const Found&) = default;
};

/// Opens the segment and its control side. Nothing but a null pointer and a
/// reason when it cannot; the result tells an error from a trader still starting.
std::shared_ptr<Segment> open_segment(const std::string& directory, const Found& found,
                                      shm::AttachResult& result, std::string& why);

/// Every telemetry file in `directory`/t, by name and then generation.
std::vector<Found> list_segments(const std::string& directory);

/// Removes a retired generation's files where we may; false when it may not.
bool remove_files(const std::string& directory, const Segment& segment);

}  // namespace outrider::segments
