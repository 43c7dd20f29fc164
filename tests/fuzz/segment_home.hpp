// SPDX-License-Identifier: Apache-2.0
// A segment file that a producer really wrote, put where the sidecar looks.
#pragma once

#include <string>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "outrider/shm/telemetry.hpp"

namespace outrider::fuzz {

/// A segment directory in memory, with the image of one generation of "oms".
class SegmentHome {
 public:
  SegmentHome();

  [[nodiscard]] const std::string& directory() const { return scratch_.path(); }
  [[nodiscard]] const std::vector<std::byte>& image() const { return image_; }
  [[nodiscard]] std::string checkpoint_path() const { return directory() + "/c/oms.checkpoint"; }
  [[nodiscard]] std::string telemetry_path() const { return directory() + "/t/oms.1.telemetry"; }

  /// The telemetry file, `bytes` long, mapped as its trader maps it; zeroes.
  std::span<std::byte> open_telemetry(std::uint64_t bytes);
  /// Leaves `bytes` of it.
  void cut_telemetry(std::uint64_t bytes) const;
  /// What a run has left: the control segment, the checkpoint's totals.
  void forget_control();
  void forget_totals();

 private:
  void write_image();

  Scratch scratch_;
  std::vector<std::byte> image_;
  shm::Mapping mapping_;
};

}  // namespace outrider::fuzz
