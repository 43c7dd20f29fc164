// SPDX-License-Identifier: Apache-2.0
// A producer's checkpoint for whoever only looks, in any process, while the guard of a
// sidecar writes it or none runs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "outrider/shm/file.hpp"
#include "outrider/shm/series.hpp"
#include "segments/fault_watch.hpp"

namespace outrider::drain {

/// A segment by what a checkpoint says of it; generation 0: none.
struct SegmentId {
  std::uint64_t generation = 0;
  std::uint64_t birth = 0;  ///< 0: of a version that did not write it
  friend bool operator==(const SegmentId&, const SegmentId&) = default;
};

class CheckpointLook {
 public:
  struct Histogram {
    shm::SeriesInfo info;
    std::uint64_t buckets_at = 0;  ///< within an image
  };

  /// Null with an error; with ENOENT there is none.
  static std::unique_ptr<CheckpointLook> open(const std::string& directory, const std::string& name,
                                              shm::FileError& error);

  /// Which file it is: another one of the same name counts anew.
  [[nodiscard]] std::uint64_t inode() const noexcept { return inode_; }

  /// In the order in which they were registered; takes in those added since the call before.
  const std::vector<Histogram>& histograms();

  /// How often each bucket was hit, over all lives of the producer: what came through rings,
  /// and the spill of all segments but `drained`, which a sidecar believes and drains. Each
  /// bucket is as of a commit during the call. False when it changes faster than it can be
  /// read, or was cut short.
  bool read(const Histogram& histogram, std::vector<std::uint64_t>& buckets,
            SegmentId& drained) const;

 private:
  CheckpointLook() = default;
  bool read_part(std::uint64_t words_at, std::uint64_t* into, std::size_t count,
                 SegmentId& drained) const;

  shm::Descriptor file_;
  shm::Mapping mapping_;
  segments::FaultWatch watch_;
  std::uint64_t inode_ = 0;
  std::uint32_t rows_ = 0;        ///< of which the table was read
  std::uint64_t cells_used_ = 0;  ///< by these rows, within an image
  bool is_damaged_ = false;       ///< from row `rows_` on
  std::vector<Histogram> histograms_;
};

}  // namespace outrider::drain
