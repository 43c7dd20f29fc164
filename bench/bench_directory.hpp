// SPDX-License-Identifier: Apache-2.0
// A segment directory for one bench, and how a bench ends that cannot go on.
#pragma once

#include <string>

namespace outrider::bench {

/// t, c and c/kill in memory, as in production: what is on a disk is written
/// back. Removed with its owner.
class SegmentDirectory {
 public:
  SegmentDirectory();
  SegmentDirectory(const SegmentDirectory&) = delete;
  SegmentDirectory& operator=(const SegmentDirectory&) = delete;
  ~SegmentDirectory();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

[[noreturn]] void give_up(const std::string& why);

}  // namespace outrider::bench
