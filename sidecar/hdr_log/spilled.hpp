// SPDX-License-Identifier: Apache-2.0
// What the lanes of a producer's segments have spilled and no sidecar has retired: it is
// in no checkpoint yet.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "drain/checkpoint_look.hpp"
#include "outrider/shm/telemetry.hpp"
#include "segments/fault_watch.hpp"

namespace outrider::hdr_log {

class Spilled {
 public:
  explicit Spilled(std::string directory) : directory_{std::move(directory)} {}

  /// Takes up segments that are there and lets go of those that are gone.
  void look();

  /// Adds to `buckets` what was spilled of a producer's series, but not by generations up
  /// to `retired`, whose spill its checkpoint has.
  void add(const std::string& producer, const shm::SeriesInfo& info,
           const drain::SegmentId& retired, std::vector<std::uint64_t>& buckets);

 private:
  struct Entry {
    std::uint32_t slot = 0;
    std::size_t bounds = 0;
    int significant_figures = 2;
  };
  struct Attached {
    std::string producer;
    shm::AttachedTelemetry telemetry;
    segments::FaultWatch watch;
    std::uint64_t table_read = 0;          ///< entries of the series table
    std::map<std::string, Entry> entries;  ///< histograms, by name and labels
  };
  static void read_table(Attached& attached);
  static bool add(const Attached& attached, const Entry& entry,
                  std::vector<std::uint64_t>& buckets);

  std::string directory_;
  std::map<std::string, Attached> attached_;  ///< by path
};

}  // namespace outrider::hdr_log
