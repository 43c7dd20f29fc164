// SPDX-License-Identifier: Apache-2.0
// One generation of one producer, as the sidecar holds it: the trader's
// telemetry mapped read-only, our control segment, and what is known of the
// trader's life. Made by the discovery thread, used by the guard thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "outrider/shm/control.hpp"
#include "outrider/shm/heartbeat.hpp"
#include "outrider/shm/telemetry.hpp"
#include "segments/fault_watch.hpp"
#include "segments/listing.hpp"

namespace outrider::segments {

struct Found;

struct Segment {
  Segment(std::string name, shm::AttachedTelemetry&& attached, shm::Mapping&& control_mapping,
          shm::Descriptor&& lock);

  const std::string name;
  const shm::AttachedTelemetry telemetry;
  const shm::Mapping control_mapping;
  const shm::TelemetryView view;
  const shm::Control control;

  [[nodiscard]] std::uint64_t generation() const noexcept { return telemetry.header.generation; }
  /// When its header was written: tells two generations of one number apart, of
  /// which there are some when somebody has removed the file that numbers them.
  [[nodiscard]] std::uint64_t birth() const noexcept { return telemetry.header.created_wall_ns; }
  /// Whether it is the generation that a checkpoint means; a birth of 0 was written
  /// by a version that did not know it.
  [[nodiscard]] bool is_same(std::uint64_t number, std::uint64_t born) const noexcept {
    return number == generation() && (born == 0 || born == birth());
  }
  [[nodiscard]] const shm::Geometry& geometry() const noexcept { return telemetry.header.geometry; }
  [[nodiscard]] const shm::TickClock& clock() const noexcept { return telemetry.header.clock; }

  /// Whether it was written before the machine last started: what of it reached the
  /// disk nobody knows.
  [[nodiscard]] bool is_of_another_boot() const;

  /// Whether the trader is gone for good: it said so, or the kernel does. Cold.
  /// A newer generation of the name holds its lock, so then the lock says nothing;
  /// one of the same process means that the process has begun anew.
  [[nodiscard]] bool trader_has_ended(const Segment* newer) const;

  /// Whether nothing more of it may be believed: its file was cut short, as
  /// discovery has found or a look at it has. Asked after reading, before acting.
  [[nodiscard]] bool is_damaged() const noexcept {
    // relaxed: discovery's word hangs on nothing else.
    return quarantined_.load(std::memory_order_relaxed) || telemetry_watch_.faulted() ||
           control_watch_.faulted();
  }
  /// Discovery: nothing more of it is to be believed.
  void quarantine() noexcept {
    quarantined_.store(true, std::memory_order_relaxed);  // relaxed: as above
  }
  /// What is wrong with the file as the kernel has it now; empty when nothing is.
  /// Cold.
  [[nodiscard]] std::string damage(const std::string& directory) const;
  /// Whether looks at it are watched; without that it must not be used.
  [[nodiscard]] bool is_watched() const noexcept { return telemetry_watch_ && control_watch_; }

  /// Guard: sums of counter cells over the lanes as last shown to anybody, by slot.
  std::vector<std::uint64_t> cells_seen;

  /// Discovery to guard: no more samples will come; drain what is left.
  std::atomic<bool> ended{false};
  /// Discovery, before the guard has it: it is not drained but counted as lost.
  std::atomic<bool> abandoned{false};
  /// Guard to discovery: everything is carried over and committed.
  std::atomic<bool> retired{false};

 private:
  FaultWatch telemetry_watch_;
  FaultWatch control_watch_;
  std::atomic<bool> quarantined_{false};
  shm::Descriptor lock_;
  std::uint64_t control_inode_ = 0;  ///< of the file of `control_mapping`

  friend std::shared_ptr<Segment> open_segment(const std::string& directory, const Found& found,
                                               shm::AttachResult& result, std::string& why);
};

/// Opens the segment and its control side. Nothing but a null pointer and a
/// reason when it cannot; the result tells an error from a trader still starting.
std::shared_ptr<Segment> open_segment(const std::string& directory, const Found& found,
                                      shm::AttachResult& result, std::string& why);

/// Whether one generation of a name began before another. Not by their numbers,
/// which begin anew where somebody has removed the lock file that keeps them.
bool is_before(const Segment& one, const Segment& other) noexcept;

/// Removes a retired generation's files where we may; false when it may not.
bool remove_files(const std::string& directory, const Segment& segment);

/// Removes control segments whose telemetry segment is gone: a sidecar was killed
/// between the two, or the trader's next start has removed its own.
void remove_orphans(const std::string& directory);

}  // namespace outrider::segments
