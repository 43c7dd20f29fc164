// SPDX-License-Identifier: Apache-2.0
// What the lanes of a producer's segment have spilled that no checkpoint has yet. Only of
// the segment that a checkpoint says is drained: a sidecar has judged whose it is.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "drain/checkpoint_look.hpp"
#include "outrider/shm/telemetry.hpp"
#include "segments/fault_watch.hpp"

namespace outrider::hdr_log {

class Spilled {
 public:
  /// Goes with `wanted` to the segment at hand, or to none.
  void follow(const std::string& directory, const std::string& producer,
              const drain::SegmentId& wanted);

  /// How often each bucket of a histogram of the same name, labels and shape was spilled;
  /// empty when it never was, or nothing can be read. Between two begin_look() no more than
  /// the segment has room for.
  std::vector<std::uint64_t> of(const shm::SeriesInfo& info);
  void begin_look() { room_ = telemetry_.header.geometry.spill_bytes; }

 private:
  void let_go();
  void read_table();

  drain::SegmentId id_;
  shm::AttachedTelemetry telemetry_;
  segments::FaultWatch watch_;
  std::uint64_t room_ = 0;                        ///< bytes that may be read yet
  std::uint64_t table_read_ = 0;                  ///< entries of the series table
  std::map<std::string, shm::SeriesInfo> table_;  ///< histograms, by name and labels
};

}  // namespace outrider::hdr_log
