// SPDX-License-Identifier: Apache-2.0
// A segment directory of a test's own, for one user; it goes with its owner.
#pragma once

#include "temporary_directory.hpp"

namespace outrider::test {

class SegmentDirectory {
 public:
  SegmentDirectory() {
    namespace fs = std::filesystem;
    for (const char* part : {"/t", "/c", "/c/kill"}) {
      fs::create_directory(path() + part);
      fs::permissions(path() + part, fs::perms::owner_all);
    }
  }

  [[nodiscard]] const std::string& path() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_{std::filesystem::temp_directory_path(), "unit"};
};

}  // namespace outrider::test
