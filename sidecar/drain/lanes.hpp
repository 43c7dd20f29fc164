// SPDX-License-Identifier: Apache-2.0
// What the guard believes of a generation's lanes. Counts only grow, a head stays
// within a ring of the position: what says otherwise is not believed, and what was
// believed before stays. So sums add up whatever somebody writes into the segment.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "outrider/shm/ring.hpp"
#include "segments/segment.hpp"

namespace outrider::drain {

/// One lane as it was last believed.
struct Lane {
  shm::RingReader reader;
  std::uint64_t pushed;  ///< head; at or ahead of the reader's position
  std::uint64_t spilled = 0;
  std::uint64_t clipped = 0;
  std::uint64_t anomalies = 0;
  std::uint64_t spilled_swept = 0;  ///< `spilled` at the last sweep
  bool quarantined = false;         ///< its head could not be: nothing more is read

  [[nodiscard]] std::uint64_t waiting() const noexcept { return pushed - reader.position(); }
};

class Lanes {
 public:
  explicit Lanes(std::size_t most) { lanes_.reserve(most); }

  /// Takes up a generation: `positions` by lane. Does not allocate.
  template <class Positions>
  void open(const segments::Segment& segment, const Positions& positions) noexcept {
    close();
    view_ = &segment.view;
    for (std::uint32_t lane = 0; lane <= segment.geometry().lanes; ++lane) {
      lanes_.push_back(
          {shm::RingReader{segment.view.lane(lane), positions[lane]}, positions[lane]});
    }
  }
  void close() noexcept {
    lanes_.clear();
    claimed_ = 0;
  }
  [[nodiscard]] bool empty() const noexcept { return lanes_.empty(); }

  /// Lanes that were ever said to be claimed; never more than there are.
  [[nodiscard]] std::uint32_t claimed() const noexcept {
    const auto said = std::min<std::uint64_t>(view_->lanes_published(), lanes_.size());
    return claimed_ = std::max(claimed_, static_cast<std::uint32_t>(said));
  }
  /// As of the last call of claimed().
  [[nodiscard]] std::uint32_t claimed_before() const noexcept { return claimed_; }

  [[nodiscard]] Lane& operator[](std::uint32_t lane) noexcept { return lanes_[lane]; }
  [[nodiscard]] const Lane& operator[](std::uint32_t lane) const noexcept { return lanes_[lane]; }

  /// Samples of a lane that may be taken now: none from one in quarantine, into
  /// which a head that cannot be puts it.
  std::uint64_t readable(std::uint32_t lane) noexcept;

  /// Looks at every claimed lane's front.
  void look() noexcept;

  /// How many lanes are in quarantine.
  [[nodiscard]] std::uint32_t quarantined() const noexcept;

 private:
  const shm::TelemetryView* view_ = nullptr;
  std::vector<Lane> lanes_;
  mutable std::uint32_t claimed_ = 0;  ///< the most that was ever said
};

}  // namespace outrider::drain
