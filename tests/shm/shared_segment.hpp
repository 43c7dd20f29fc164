// SPDX-License-Identifier: Apache-2.0
// A telemetry segment of a few KiB in private memory, for tests that stand on
// both sides of it.
#pragma once

#include <cstdint>
#include <span>

#include "outrider/shm/ring.hpp"
#include "outrider/shm/telemetry.hpp"

namespace outrider::test {

/// Both views see it at one address: ThreadSanitizer takes two mappings of one
/// file for two memories.
class SharedSegment {
 public:
  explicit SharedSegment(std::uint32_t ring_capacity) {
    geometry_.lanes = 4;
    geometry_.ring_capacity = ring_capacity;
    geometry_.series = 256;
    geometry_.histograms = 1;
    geometry_.string_bytes = 64 << 10;
    geometry_.spill_bytes = 64 << 10;
    shm::FileError error;
    mapping_ = shm::Mapping::anonymous(shm::TelemetryLayout{geometry_}.total, error);
  }

  [[nodiscard]] shm::Telemetry writer_view() const { return {bytes(), geometry_}; }
  [[nodiscard]] shm::TelemetryView reader_view() const { return {bytes(), geometry_}; }
  [[nodiscard]] const shm::Geometry& geometry() const { return geometry_; }

  /// A histogram of plain counts, with no bounds, in the one spill of the segment.
  [[nodiscard]] shm::HistogramCells cells() const {
    shm::HistogramCells cells;
    cells.in_ticks = false;
    const shm::Telemetry view = writer_view();
    cells.spill = *view.spill(view.layout().spill, 0, cells.buckets.count());
    return cells;
  }

 private:
  [[nodiscard]] std::span<std::byte> bytes() const {
    return {mapping_.data(), static_cast<std::size_t>(mapping_.size())};
  }

  shm::Geometry geometry_;
  shm::Mapping mapping_;
};

}  // namespace outrider::test
