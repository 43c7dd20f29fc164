// SPDX-License-Identifier: Apache-2.0
// A directory that goes with its owner.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace outrider::test {

/// In memory where there is /dev/shm: a step that touches a file costs no disk.
inline std::string memory_directory() {
  return std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp";
}

class TemporaryDirectory {
 public:
  /// `parent`/outrider-`what`-XXXXXX; ends the process when it cannot be made.
  TemporaryDirectory(const std::string& parent, const std::string& what)
      : path_{parent + "/outrider-" + what + "-XXXXXX"} {
    if (::mkdtemp(path_.data()) != nullptr) return;
    std::perror(path_.c_str());
    std::abort();
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace outrider::test
