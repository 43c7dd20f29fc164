// SPDX-License-Identifier: Apache-2.0
// A small file system in memory, which can be full. Needs root.
#pragma once

#include <cstdint>
#include <string>

namespace outrider::testing {

/// Unmounted with its owner.
class SmallDisk {
 public:
  /// Over `directory`, which is made where it is not there; `size` as mount(8) reads it.
  SmallDisk(const std::string& directory, const std::string& size);
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk();

 private:
  std::string directory_;
};

/// Leaves `bytes` free on the file system that `directory` is on, by a file `filler` there.
void fill(const std::string& directory, std::uint64_t bytes = 0);

}  // namespace outrider::testing
