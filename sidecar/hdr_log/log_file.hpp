// SPDX-License-Identifier: Apache-2.0
// An interval log on disk, bounded: past its size the file is renamed to FILE.1 over the one
// before, and a new one begun.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "outrider/shm/file.hpp"

namespace outrider::hdr_log {

class LogFile {
 public:
  LogFile(std::string path, std::uint64_t max_bytes)
      : path_{std::move(path)}, max_bytes_{max_bytes} {}

  /// Appends whole lines, behind a front where the file is new, which it is made with even
  /// when there are none. Empty, or why nothing of it was kept.
  std::string append(const std::string& lines, std::chrono::nanoseconds wall);

 private:
  [[nodiscard]] std::string refused(const char* needed) const;
  bool open();

  std::string path_;
  std::uint64_t max_bytes_;
  shm::Descriptor file_;
  bool is_regular_ = false;  ///< only then it has an end
  std::uint64_t size_ = 0;
};

}  // namespace outrider::hdr_log
