// SPDX-License-Identifier: Apache-2.0
// A segment directory of a test's own, for one user; it goes with its owner.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace outrider::test {

class SegmentDirectory {
 public:
  SegmentDirectory() {
    namespace fs = std::filesystem;
    std::string path = (fs::temp_directory_path() / "outrider-unit-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) std::abort();
    path_ = path;
    for (const char* part : {"/t", "/c", "/c/kill"}) {
      fs::create_directory(path_ + part);
      fs::permissions(path_ + part, fs::perms::owner_all);
    }
  }
  SegmentDirectory(const SegmentDirectory&) = delete;
  SegmentDirectory& operator=(const SegmentDirectory&) = delete;
  ~SegmentDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace outrider::test
