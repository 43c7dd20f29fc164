// SPDX-License-Identifier: Apache-2.0
// Wakes the one thread that waits for it. Whoever rings never waits: it is a write of
// eight bytes to a counter of the kernel's, and what was rung before the wait ends it.
#pragma once

#include <chrono>

#include "outrider/shm/file.hpp"

namespace outrider::aggregate {

class Bell {
 public:
  /// Throws std::system_error when the process may open no more files.
  Bell();

  void ring() const noexcept;
  /// Until it is rung, `beside` (a descriptor, if any) can be read, or `at_most` is over.
  void wait(std::chrono::milliseconds at_most, int beside = -1) const noexcept;
  /// For whoever waits for it beside others; silence() is for when that has ended.
  [[nodiscard]] int descriptor() const noexcept { return counter_.get(); }
  void silence() const noexcept;

 private:
  shm::Descriptor counter_;
};

}  // namespace outrider::aggregate
