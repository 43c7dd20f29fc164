// SPDX-License-Identifier: Apache-2.0
// One generation of a producer with both its files open, for whoever only looks: what
// its gates, its trader's life and its counts are, whether or not anybody runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/overview.hpp"
#include "outrider/shm/control.hpp"
#include "outrider/shm/heartbeat.hpp"
#include "outrider/shm/telemetry.hpp"
#include "segments/fault_watch.hpp"

namespace outrider::cli {

/// Where a generation's files are; beside a copy elsewhere there is only the first.
struct SegmentFiles {
  std::string name;
  std::string telemetry;
  std::string control;
  std::string lock;
};
SegmentFiles files_of(const std::string& directory, const std::string& name,
                      std::uint64_t generation);

/// The control side may be missing.
struct Opened {
  SegmentFiles files;
  shm::AttachedTelemetry telemetry;
  shm::Mapping control;
  shm::FileError control_error;
  segments::FaultWatch telemetry_watch;
  segments::FaultWatch control_watch;
  std::vector<std::uint64_t> whole_from;  ///< by lane, of a recording's copy: see oldest()

  [[nodiscard]] const std::string& name() const { return files.name; }
  [[nodiscard]] const shm::TelemetryHeader& header() const { return telemetry.header; }
  [[nodiscard]] shm::TelemetryView view() const { return telemetry.view(); }
  [[nodiscard]] shm::ControlView control_view() const {
    const shm::Geometry& geometry = telemetry.header.geometry;
    return {{control.data(), control.size()}, geometry.lanes + 1, geometry.gates};
  }
  /// Asked after reading, before acting: what was read may be zeroes.
  [[nodiscard]] bool is_cut_short() const {
    return telemetry_watch.faulted() || control_watch.faulted();
  }
  /// Lanes that were ever claimed; never more than there are.
  [[nodiscard]] std::uint32_t lanes() const;
  /// Samples of a lane that sidecars have taken: none where none has seen the producer.
  /// Nothing: the control file is not there to say, as beside a copy, or not for us.
  [[nodiscard]] std::optional<std::uint64_t> position(std::uint32_t lane) const;
  /// Samples before this number may have been overwritten while a recording copied them.
  [[nodiscard]] std::uint64_t oldest(std::uint32_t lane) const {
    return lane < whole_from.size() ? whole_from[lane] : 0;
  }
};

/// `why` has a sentence of what cannot be read; none of a trader that is not ready yet.
shm::AttachResult open_files(const SegmentFiles& files, shm::Access access, Opened& opened,
                             std::string& why);

/// The newest generation of every name.
std::vector<Opened> open_newest(const std::string& directory, shm::Access access,
                                std::vector<std::string>& unreadable);

/// Samples so far: enough to see whether it moves.
std::uint64_t recorded(const Opened& opened);

/// Whether the kernel says that its trader is gone.
bool has_ended(const Opened& opened);

std::chrono::nanoseconds age_of(const shm::Heartbeat& heartbeat);

/// Whether a trader records is not in a file, only visible as movement between two looks.
inline constexpr std::chrono::milliseconds two_looks_apart{60};

/// `moves`: it has recorded since the last look.
segments::ProducerState state_of(const Opened& opened, bool moves);

/// Every gate with its slot, by name and labels alone.
std::vector<std::pair<std::uint32_t, GateOverview>> gates_of(const Opened& opened);

/// State, reason, scope and since when, of the gate in `slot`.
void read_gate(const Opened& opened, std::uint32_t slot, GateOverview& gate);

}  // namespace outrider::cli
