// SPDX-License-Identifier: Apache-2.0
// Segments of traders that are gone, held open beyond the removal of their files: what a
// trader did last is asked for when it has died. The last one of each name, bounded.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "outrider/shm/file.hpp"

namespace outrider::flight {

/// A telemetry file that is open, and its name.
struct OpenSegment {
  std::string name;
  std::uint64_t generation = 0;
  shm::Descriptor file;
  std::uint64_t bytes = 0;  ///< that it takes, holes left out
  bool departed = false;    ///< its file has no name any more
};

/// Opens a telemetry file for copying; without one when it cannot.
OpenSegment open_segment(const std::string& directory, const std::string& name,
                         std::uint64_t generation);

class Departed {
 public:
  static constexpr std::size_t most = 32;
  static constexpr std::uint64_t most_bytes = std::uint64_t{32} << 20;

  /// Discovery, before it removes the file: one system call or three, never a wait.
  void keep(const std::string& directory, const std::string& name, std::uint64_t generation);

  /// Any thread: all of them, for whoever copies.
  [[nodiscard]] std::vector<OpenSegment> all() const;

 private:
  mutable std::mutex mutex_;
  std::deque<OpenSegment> kept_;  ///< the longest gone first
};

}  // namespace outrider::flight
